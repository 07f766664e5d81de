package tollgate.dialect.anthropic;

import tollgate.dialect.json.RequestFields;
import tollgate.dialect.json.RequestFields.Kind;

/** The one table of a message request's top-level fields, those of public betas included. */
final class MessagesFields {
    static final RequestFields TABLE = new RequestFields()
            .with(
                    Kind.PRICED,
                    "model",
                    "messages",
                    "system",
                    "max_tokens",
                    "stream",
                    "thinking",
                    "tools",
                    "tool_choice",
                    "output_config",
                    "output_format",
                    "context_management",
                    "service_tier",
                    "inference_geo",
                    "speed",
                    "metadata",
                    // these name what the account keeps: earlier messages, profiles of users
                    "diagnostics",
                    "user_profile_id")
            .with(
                    Kind.FREE,
                    "temperature",
                    "top_p",
                    "top_k",
                    "stop_sequences",
                    "cache_control",
                    // in the head where Anthropic itself serves
                    "anthropic_version",
                    "anthropic_beta")
            // what the provider's own tools find, or what it keeps of earlier turns, is read again and again
            .with(Kind.UNBOUNDED, "mcp_servers", "container", "thread", "compaction")
            // another model than the one that was priced, or another payer
            .with(Kind.NOT_PRICED, "fallbacks", "fallback_credit_token", "billing_policy");

    private MessagesFields() {}
}
