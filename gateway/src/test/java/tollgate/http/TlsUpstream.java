package tollgate.http;

import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** An HTTPS server that tells of every connection what was said on it once it is over, and answers "hello". */
final class TlsUpstream implements AutoCloseable {
    private static final byte[] HELLO =
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".getBytes(StandardCharsets.ISO_8859_1);

    /** Of each connection that ended, the decrypted bytes that came. */
    final BlockingQueue<String> ended = new LinkedBlockingQueue<>();

    private final SSLServerSocket server;

    TlsUpstream(X509Bundle certificate, String protocol) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(certificate.toKeyManagerFactory().getKeyManagers(), null, null);
        server = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        server.setEnabledProtocols(new String[] {protocol});
        Thread.startVirtualThread(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                SSLSocket socket = (SSLSocket) server.accept();
                Thread.startVirtualThread(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(SSLSocket socket) {
        StringBuilder read = new StringBuilder();
        try (socket) {
            InputStream in = socket.getInputStream();
            for (int b; (b = in.read()) >= 0; ) {
                read.append((char) b);
                if (read.toString().endsWith("\r\n\r\nbody")) {
                    socket.getOutputStream().write(HELLO);
                }
            }
        } catch (IOException refused) {
            // the other side did not like the certificate
        }
        ended.add(read.toString());
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
