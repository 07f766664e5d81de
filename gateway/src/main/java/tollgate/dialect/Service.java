package tollgate.dialect;

/** What kind of work a request asks for. */
public enum Service {
    /** A conversation's next message. */
    CHAT("chat", Bill.PROMPT_AND_ANSWER),
    /** How many tokens a conversation has: providers ask nothing for it, and neither do we. */
    COUNT_TOKENS("count_tokens", Bill.NOTHING),
    /** A text's continuation. */
    COMPLETIONS("completions", Bill.PROMPT_AND_ANSWER),
    /** What texts mean, as vectors. */
    EMBEDDINGS("embeddings", Bill.PROMPT),
    /** A conversation's next message, with what tools of the provider's own find on the way. */
    RESPONSES("responses", Bill.PROMPT_AND_ANSWER),
    /** Whether content is harmful: free where its card says so. */
    MODERATION("moderation", Bill.NOTHING);

    private enum Bill {
        NOTHING,
        PROMPT,
        PROMPT_AND_ANSWER
    }

    private final String wireName;
    private final Bill bill;

    Service(String wireName, Bill bill) {
        this.wireName = wireName;
        this.bill = bill;
    }

    /** The name announced in {@code X-Request-Type} and kept in records. */
    public String wireName() {
        return wireName;
    }

    /** Nothing is held or charged for it. */
    public boolean free() {
        return bill == Bill.NOTHING;
    }

    /** It is free only of models whose card says that they are; otherwise of every model. */
    public boolean freeByCard() {
        return this == MODERATION;
    }

    /** The tokens of its answers bill, besides those of its prompts. */
    public boolean answerBills() {
        return bill == Bill.PROMPT_AND_ANSWER;
    }

    /** Whether a model whose card is of such a kind of work does it. */
    public boolean servedBy(String cardService) {
        return this == COUNT_TOKENS
                || cardService.equals(wireName)
                || (this == RESPONSES && cardService.equals(CHAT.wireName));
    }
}
