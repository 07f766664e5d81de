package tollgate.records;

/**
 * A worker's turn at a request that is to be done once.
 *
 * @param request id of the request
 * @param worker whose turn it is: another at every turn
 * @param name of the thing that the request makes, minted with the request: the same at every turn
 */
public record Turn(String request, String worker, String name) {}
