package tollgate.dialect;

import org.jspecify.annotations.Nullable;

/**
 * A request about something that the provider keeps (a stored response, a conversation), or that makes something to be kept
 * for nothing. It is free. Immutable.
 *
 * @param kind what it is about
 * @param id of what it is about; null: it makes one
 * @param deed what is to be done with it
 */
public record ObjectCall(Kind kind, @Nullable String id, Deed deed) {
    /** What a provider keeps. */
    public enum Kind {
        /** An answer of Responses. */
        RESPONSE("response"),
        /** A stored answer of Chat Completions. */
        COMPLETION("completion"),
        /** A conversation that responses are added to. */
        CONVERSATION("conversation"),
        /** An item of a response, by whose id a later request may stand for it. */
        ITEM("item"),
        /**
         * Anything else that it keeps by an id or an address: files, vector stores, containers, skills, caches, prompts. None of
         * it is made through the gateway, so no project has it: an operator may share it.
         */
        ELSEWHERE("elsewhere");

        private final String wireName;

        Kind(String wireName) {
            this.wireName = wireName;
        }

        /** The word in records. */
        public String wireName() {
            return wireName;
        }
    }

    /** What a request does with what is kept. */
    public enum Deed {
        /** Shows it, or a part of it. */
        READ,
        /** Makes a new one. */
        MAKE,
        /** Changes it, or a part of it. */
        CHANGE,
        /** Ends the work on it. */
        CANCEL,
        /** Deletes it whole. */
        DELETE
    }
}
