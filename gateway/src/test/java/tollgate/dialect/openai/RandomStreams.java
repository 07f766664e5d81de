package tollgate.dialect.openai;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Makes event streams that are lawful and nasty: every line end, comment, field, escape and place for usage. */
final class RandomStreams {
    private static final String[] ENDS = {"\n", "\r\n", "\r"};
    private static final String[] PIECES = {
        "hello",
        " ",
        "é",
        "漢字",
        "😀",
        "\\n",
        "\\\"",
        "\\\\",
        "\\u00e9",
        "\\u6f22",
        "\\ud83d\\ude00",
        "\\/",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "data: [DONE]",
        "\\\"usage\\\":{\\\"prompt_tokens\\\":9}",
        "usage",
        "[DONE]",
        "\\u0022"
    };

    private final Random random;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final String end;

    RandomStreams(long seed) {
        random = new Random(seed);
        end = random.nextInt(4) == 0 ? "" : ENDS[random.nextInt(3)];
    }

    byte[] stream() {
        if (random.nextInt(8) == 0) {
            out.writeBytes(new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF});
        }
        int events = random.nextInt(6);
        for (int i = 0; i < events; i++) {
            noise();
            event(random.nextInt(12) == 0 ? "not json" : chunk());
        }
        if (random.nextInt(4) != 0) {
            event(document(",\"choices\":[]", usage()));
        }
        if (random.nextInt(4) != 0) {
            line("data:" + (random.nextBoolean() ? " " : "") + "[DONE]");
            if (random.nextInt(5) == 0) {
                line(": keep " + text());
            }
            if (random.nextInt(6) != 0) {
                line("");
                for (int i = random.nextInt(3); i > 0; i--) {
                    tail();
                }
            }
        }
        byte[] whole = out.toByteArray();
        return random.nextInt(5) == 0 && whole.length > 0
                ? Arrays.copyOf(whole, whole.length - 1 - random.nextInt(Math.min(4, whole.length)))
                : whole;
    }

    private void tail() {
        switch (random.nextInt(6)) {
            case 0 -> line("");
            case 1 -> line(": late");
            case 2 -> line(": tollgate {}");
            case 3 -> line("data: [DONE]");
            case 4 -> line("data: " + chunk());
            default -> line("event: ping");
        }
    }

    private void noise() {
        switch (random.nextInt(10)) {
            case 0 -> line(": keep-alive");
            case 1 -> line(":tollgate {\"usage_cost\":\"0.01\"}");
            case 2 -> line(": tollgat");
            case 3 -> line("");
            case 4 -> line("id: 7");
            case 5 -> line("event: " + (random.nextBoolean() ? "error" : "errors"));
            case 6 -> line("datax: {}");
            default -> {}
        }
    }

    private void event(String json) {
        boolean split = random.nextInt(6) == 0 && json.indexOf(",\"") > 0;
        String space = random.nextInt(5) == 0 ? "" : " ";
        if (split) {
            int at = json.indexOf(",\"");
            line("data:" + space + json.substring(0, at + 1));
            noiseInside();
            line("data:" + space + json.substring(at + 1));
        } else {
            line("data:" + space + json);
        }
        noiseInside();
        line("");
    }

    private void noiseInside() {
        switch (random.nextInt(12)) {
            case 0 -> line(": inside");
            case 1 -> line(": tollgate inside");
            case 2 -> line("retry");
            default -> {}
        }
    }

    private void line(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        out.writeBytes((end.isEmpty() ? ENDS[random.nextInt(3)] : end).getBytes(StandardCharsets.US_ASCII));
    }

    private String chunk() {
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

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }
}
