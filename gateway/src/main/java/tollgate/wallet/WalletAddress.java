package tollgate.wallet;

/**
 * Where a wallet is kept. Immutable.
 *
 * @param shard the shard of its organisation, chosen once and stored
 * @param organisation whose it is
 * @param wallet its id
 */
public record WalletAddress(int shard, String organisation, String wallet) {
    @Override
    public String toString() {
        return "s" + shard + "/" + organisation + "/" + wallet;
    }
}
