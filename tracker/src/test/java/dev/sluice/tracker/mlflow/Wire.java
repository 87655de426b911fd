package dev.sluice.tracker.mlflow;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.atomic.AtomicLong;

/** A wire to a server that is cut when so many bytes have gone through it to there, of one connection or altogether. */
final class Wire implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicLong through = new AtomicLong();
    private final int target;
    private volatile long limit = Long.MAX_VALUE;
    private volatile long limitAltogether = Long.MAX_VALUE;

    Wire(int target) throws IOException {
        this.target = target;
        Thread.startVirtualThread(this::accept);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    /** Bytes of one connection. */
    void cutAfter(long bytes) {
        limit = bytes;
    }

    /** Bytes of all connections from now on: after them nothing goes through. */
    void cutAfterAltogether(long bytes) {
        through.set(0);
        limitAltogether = bytes;
    }

    /** Bytes since the last limit for all was set. */
    long through() {
        return through.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = socket.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                Thread.startVirtualThread(() -> pump(client, server, true));
                Thread.startVirtualThread(() -> pump(server, client, false));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void pump(Socket from, Socket to, boolean counted) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[64 * 1024];
            long ofThis = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                ofThis += read;
                if (counted && (ofThis > limit || through.addAndGet(read) > limitAltogether)) {
                    return;
                }
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // The other side has gone; so does this one.
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
