package tollgate.dialect;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Makes event streams that are lawful and nasty: every line end, comment, field, escape and place for usage. */
public abstract class RandomStreams {
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

    /** Decides. */
    protected final Random random;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final String end;

    /** Streams of a seed. */
    protected RandomStreams(long seed) {
        random = new Random(seed);
        end = random.nextInt(4) == 0 ? "" : ENDS[random.nextInt(3)];
    }

    /** Makes one. */
    public final byte[] stream() {
        if (random.nextInt(8) == 0) {
            out.writeBytes(new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF});
        }
        int events = random.nextInt(6);
        for (int i = 0; i < events; i++) {
            noise();
            event(random.nextInt(12) == 0 ? "not json" : chunk());
        }
        if (random.nextInt(4) != 0) {
            event(last());
        }
        if (random.nextInt(4) != 0) {
            line("data:" + (random.nextBoolean() ? " " : "") + end());
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

    /** An event's data. */
    protected abstract String chunk();

    /** The data of the event that reports usage. */
    protected abstract String last();

    /** The data of the event that ends a stream. */
    protected abstract String end();

    /** The inside of a JSON string. */
    protected final String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }
}
