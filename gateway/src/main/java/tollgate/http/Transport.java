package tollgate.http;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/** The kind of sockets we work with. Thread-safe. */
public enum Transport {
    /** Linux's own readiness calls. */
    EPOLL,
    /** What every JDK has. */
    NIO;

    /** The best one that works here. */
    public static Transport best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    /**
     * Event loops for it.
     *
     * @param name of their threads, which Netty numbers; they are of Netty's own kind, whose buffers and recyclers are
     *     the thread's own
     */
    public EventLoopGroup loops(int threads, String name) {
        IoHandlerFactory handlers = this == EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name), handlers);
    }

    ServerSocketChannel serverChannel() {
        return this == EPOLL ? new EpollServerSocketChannel() : new NioServerSocketChannel();
    }

    /** A socket to an upstream. */
    SocketChannel channel() {
        return this == EPOLL ? new EpollSocketChannel() : new NioSocketChannel();
    }
}
