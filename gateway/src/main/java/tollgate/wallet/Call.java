package tollgate.wallet;

/** One script with its keys and arguments. Immutable: the arrays are handed to Redis's client and not touched again. */
final class Call {
    private final Script script;
    private final int shard;
    private final String[] keys;
    private final String[] args;

    Call(Script script, int shard, String[] keys, String[] args) {
        this.script = script;
        this.shard = shard;
        this.keys = keys;
        this.args = args;
    }

    Script script() {
        return script;
    }

    int shard() {
        return shard;
    }

    String[] keys() {
        return keys;
    }

    String[] args() {
        return args;
    }
}
