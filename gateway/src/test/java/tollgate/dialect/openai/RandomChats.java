package tollgate.dialect.openai;

import tollgate.dialect.RandomStreams;

/** Chat streams: every place for usage, tools, errors. */
final class RandomChats extends RandomStreams {
    RandomChats(long seed) {
        super(seed);
    }

    @Override
    protected String last() {
        return document(",\"choices\":[]", usage());
    }

    @Override
    protected String end() {
        return "[DONE]";
    }

    @Override
    protected String chunk() {
        StringBuilder choices = new StringBuilder(",\"choices\":[");
        for (int i = random.nextInt(3); i >= 0; i--) {
            choices.append("{\"index\":0,\"delta\":").append(delta());
            choices.append(",\"logprobs\":{\"content\":[{\"token\":\"")
                    .append(text())
                    .append("\"}]},\"finish_reason\":null}");
            choices.append(i > 0 ? "," : "]");
        }
        return document(choices.toString(), random.nextInt(8) == 0 ? usage() : ",\"usage\":null");
    }

    private String delta() {
        return switch (random.nextInt(5)) {
            case 0 -> "{}";
            case 1 -> "{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}";
            case 2 ->
                "{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\""
                        + text() + "\"}}]}";
            case 3 ->
                "{\"function_call\" : {\"name\":\"" + text() + "\"}, \"x\":[[\"" + text()
                        + "\",{\"id\":\"q\"}],1.5e3,true]}";
            default -> "{\"content\":\"" + text() + "\"}";
        };
    }

    private String document(String choices, String usage) {
        String model = random.nextInt(6) == 0 ? "" : ",\"model\":\"gpt-" + random.nextInt(3) + "\"";
        String tier = random.nextInt(3) == 0 ? ",\"service_tier\":\"default\"" : "";
        String error = random.nextInt(12) == 0 ? ",\"error\":{\"code\":\"bad\",\"usage\":{}}" : ",\"error\":null";
        String gap = random.nextInt(4) == 0 ? " " : "";
        return "{\"id\":" + gap + "\"" + text() + "\"" + model + tier + choices + gap + usage + error
                + ",\"obfuscation\":\"" + text() + "\"}";
    }

    private String usage() {
        String name = random.nextInt(5) == 0 ? "\\u0075sage" : "usage";
        return ",\"" + name + "\":{\"prompt_tokens\":" + random.nextInt(1000) + ",\"completion_tokens\":"
                + random.nextInt(1000) + ",\"note\":\"" + text() + "\",\"prompt_tokens_details\":{\"cached_tokens\":"
                + random.nextInt(10) + "}}";
    }
}
