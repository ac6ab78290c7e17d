package org.o365relay.daemon.systemd;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/// The service manager's end of `NOTIFY_SOCKET`; the kernel queues datagrams until they are received.
public final class UnixDatagramReceiver implements AutoCloseable {

    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MAX_DATAGRAM = 4096;

    private final int descriptor;

    /// @param name socket name, as in `NOTIFY_SOCKET`
    public UnixDatagramReceiver(String name) throws Throwable {
        byte[] bytes = name.replace('@', '\0').getBytes(StandardCharsets.UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(2 + bytes.length, 2);
            address.set(JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(bytes, 0, address, JAVA_BYTE, 2, bytes.length);
            descriptor = (int) function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT))
                    .invokeExact(AF_UNIX, SOCK_DGRAM, 0);
            int bound = (int) function("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT))
                    .invokeExact(descriptor, address, (int) address.byteSize());
            if (bound != 0) {
                throw new IllegalStateException("cannot bind " + name);
            }
        }
    }

    /// @return the next datagram; empty if there is none
    public String receive() throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(MAX_DATAGRAM);
            MethodHandle recv =
                    function("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
            long length = (long) recv.invokeExact(descriptor, data, data.byteSize(), MSG_DONTWAIT);
            byte[] bytes = data.asSlice(0, Math.max(0, length)).toArray(JAVA_BYTE);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        try {
            int closed = (int)
                    function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT)).invokeExact(descriptor);
            if (closed != 0) {
                throw new IllegalStateException("cannot close " + descriptor);
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor signature) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), signature);
    }
}
