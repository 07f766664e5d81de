package tollgate.pricing.catalogue;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key that names a picture's size, and perhaps its quality, before the model: {@code hd/1024-x-1792/dall-e-3}.
 *
 * @param model the key of the model itself
 * @param quality empty where the key names none
 */
record PictureKey(String model, String quality, int width, int height) {
    private static final Pattern FORM = Pattern.compile("(azure/)?(?:([a-z]{2,10})/)?(\\d{2,5})-x-(\\d{2,5})/([^/]+)");

    /** Takes a key apart; empty where it names no size. */
    static Optional<PictureKey> of(String key) {
        Matcher form = FORM.matcher(key);
        if (!form.matches()) {
            return Optional.empty();
        }
        String prefix = form.group(1) == null ? "" : form.group(1);
        String quality = form.group(2) == null ? "" : form.group(2);
        return Optional.of(new PictureKey(
                prefix + form.group(5), quality, Integer.parseInt(form.group(3)), Integer.parseInt(form.group(4))));
    }

    /** The pixels of one picture. */
    BigDecimal pixels() {
        return BigDecimal.valueOf((long) width * height);
    }

    /** What a request must say for this picture. */
    Map<String, String> when() {
        Map<String, String> when = new LinkedHashMap<>();
        when.put("size", width + "x" + height);
        if (!quality.isEmpty()) {
            when.put("quality", quality);
        }
        return when;
    }
}
