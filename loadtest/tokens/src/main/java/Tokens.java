import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What OpenAI's tokenizer makes of texts in several languages, beside the ratio of gpt in token-ratios.tsv: how far an estimate
 * by bytes is off that cannot see which language came. A tool for people; nothing of a gateway uses a tokenizer.
 */
final class Tokens {
    private static final long MILLION = 1_000_000;

    private Tokens() {}

    private static Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("English", """
                A gateway stands between an application and the provider whose models it uses. Before a request goes on,
                enough money is set aside for whatever the answer may come to; when the answer is complete, what it really
                cost is taken and the rest is given back. If the line breaks in between, somebody has to say how much of
                the answer had been made by then, and nobody who was not there can know it exactly.
                """);
        texts.put("German", """
                Ein Gateway steht zwischen einer Anwendung und dem Anbieter, dessen Modelle sie benutzt. Bevor eine Anfrage
                weitergeht, wird genug Geld für alles zurückgelegt, was die Antwort kosten könnte; ist sie vollständig,
                wird der wirkliche Preis abgebucht und der Rest freigegeben.
                """);
        texts.put("French", """
                Une passerelle se trouve entre une application et le fournisseur dont elle utilise les modèles. Avant qu'une
                requête ne parte, on met de côté assez d'argent pour tout ce que la réponse pourrait coûter ; une fois
                complète, on prélève son prix réel et l'on rend le reste.
                """);
        texts.put("Russian", """
                Шлюз стоит между приложением и поставщиком, чьими моделями оно пользуется. Прежде чем запрос уйдёт дальше,
                откладывается достаточно денег на всё, во что может обойтись ответ; когда он готов, списывается
                настоящая цена, а остаток возвращается.
                """);
        texts.put("Chinese", """
                网关位于应用程序与其所用模型的提供商之间。请求发出之前，先预留足够支付整个回答的款项；回答完成之后，
                按实际费用扣款，其余退还。如果连接中途断开，就要有人说明当时已经生成了多少内容。
                """);
        texts.put("Japanese", """
                ゲートウェイは、アプリケーションとそのモデルの提供者との間に立つ。要求を送る前に、回答にかかりうる金額を
                すべて確保しておき、回答が終われば実際の費用だけを引き落とし、残りを返す。途中で接続が切れた場合は、
                それまでにどれだけ生成されたかを見積もる。
                """);
        texts.put("Arabic", """
                تقف البوابة بين التطبيق والمزوّد الذي يستخدم نماذجه. قبل إرسال الطلب يُحجز مبلغ يكفي لكل ما قد تكلفه
                الإجابة، وعند اكتمالها تُخصم التكلفة الفعلية ويُعاد الباقي.
                """);
        texts.put("Java", """
                static long affordable(long available, long perToken, long prompt) {
                    long left = available - prompt * perToken;
                    if (left < 0) {
                        throw new IllegalArgumentException("available: " + available + " (expected: at least the prompt)");
                    }
                    return left / perToken;
                }
                """);
        texts.put("JSON", """
                {"name":"book_table","arguments":{"restaurant_id":48213,"party":{"adults":2,"children":1},
                "at":"2026-11-28T19:30:00Z","notes":null,"contact":{"email":"guest@example.com","sms":true}}}
                """);
        return texts;
    }

    public static void main(String[] arguments) throws IOException {
        long low = 0;
        long high = 0;
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            String[] column = line.split("\t", -1);
            if (column[0].equals("gpt")) {
                low = Long.parseLong(column[2]);
                high = Long.parseLong(column[3]);
            }
        }
        Encoding encoding = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);
        System.out.printf("tokens in a million bytes; the ratio of gpt: %d to %d%n", low, high);
        System.out.printf("%-9s %6s %7s %9s %12s%n", "text", "bytes", "tokens", "ratio", "estimated %");
        for (Map.Entry<String, String> text : texts().entrySet()) {
            long bytes = text.getValue().getBytes(StandardCharsets.UTF_8).length;
            long tokens = encoding.countTokens(text.getValue());
            long estimate = bytes * low / MILLION;
            System.out.printf(
                    "%-9s %6d %7d %9d %+12d%n",
                    text.getKey(), bytes, tokens, tokens * MILLION / bytes, (estimate - tokens) * 100 / tokens);
        }
    }
}
