package tollgate.dialect.openai;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether an item of an input says all that it stands for, or is looked up at the provider by its id: what a provider thought,
 * found, ran or packed is in no request, only its id is, unless it came encrypted
 * (platform.openai.com/docs/guides/reasoning, encrypted reasoning items). Stateless.
 */
final class StoredItem {
    /** What these say is all in them, whatever their id. */
    private static final Set<String> WHOLE = Set.of(
            "function_call",
            "function_call_output",
            "custom_tool_call",
            "custom_tool_call_output",
            "computer_call",
            "computer_call_output",
            "local_shell_call",
            "local_shell_call_output",
            "shell_call",
            "shell_call_output",
            "apply_patch_call",
            "apply_patch_call_output",
            "mcp_approval_response");
    /** Of these all that there is may have been handed out, encrypted. */
    private static final Set<String> MAY_BE_ENCRYPTED = Set.of("reasoning", "compaction");

    private StoredItem() {}

    /**
     * Whether it is looked up by its id.
     *
     * @param type null: none is said, which a message may, and a reference
     * @param content it has content of its own
     * @param encrypted all of it is in the request, as nobody but the provider can read
     */
    static boolean isLookedUp(@Nullable String type, boolean content, boolean encrypted) {
        if (type == null || type.equals("message")) {
            return !content;
        }
        return !WHOLE.contains(type) && !(encrypted && MAY_BE_ENCRYPTED.contains(type));
    }
}
