package tollgate.config;

import java.net.URI;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what an upstream's requests are signed with. Stateless. */
final class AwsSection {
    private static final Pattern REGION = Pattern.compile("[a-z]{2}(?:-[a-z]+)+-\\d");
    private static final Pattern IN_HOST = Pattern.compile("bedrock-runtime(?:-fips)?\\.([a-z0-9-]+)\\.");

    private AwsSection() {}

    /**
     * The credentials of an upstream.
     *
     * @return null where none are given, or a variable in them is not set: the upstream is left out then
     */
    static TollgateConfig.@Nullable Aws of(Section upstream, String dialect, URI url) {
        if (!upstream.has("aws")) {
            return null;
        }
        if (!dialect.equals("bedrock")) {
            throw upstream.invalid("aws", dialect, "dialect: bedrock; others take no signatures");
        }
        if (upstream.has("api_key")) {
            throw upstream.invalid("aws", "api_key beside it", "one of both");
        }
        Section aws = upstream.section("aws", "access_key_id", "secret_access_key", "session_token", "region");
        String id = aws.optional("access_key_id");
        String secret = aws.optional("secret_access_key");
        String session = aws.optional("session_token");
        if (!aws.has("access_key_id") || !aws.has("secret_access_key")) {
            throw upstream.invalid("aws", "incomplete", "access_key_id and secret_access_key");
        }
        if (id == null || secret == null || (aws.has("session_token") && session == null)) {
            return null;
        }
        Matcher host = IN_HOST.matcher(url.getHost());
        String region = aws.text("region", host.find() ? host.group(1) : "");
        if (!REGION.matcher(region).matches()) {
            throw aws.invalid("region", region, "a region such as us-east-1, here or in base_url");
        }
        return new TollgateConfig.Aws(id, secret, session, region);
    }

    /** Where Bedrock is, as its own libraries are told. */
    static String bedrock(Map<String, String> environment) {
        String told = environment.getOrDefault("AWS_REGION", environment.getOrDefault("AWS_DEFAULT_REGION", ""));
        String region = REGION.matcher(told).matches() ? told : "us-east-1";
        return "https://bedrock-runtime." + region + ".amazonaws.com";
    }
}
