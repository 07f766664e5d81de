package tollgate.http;

/** Decides who deals with a request. Called on the loop of the connection, once for every well-formed request head. */
@FunctionalInterface
public interface ExchangeAcceptor {
    /** Returns who deals with this request; the exchange may have been answered before this returns. */
    RequestReceiver accept(ServerExchange exchange);
}
