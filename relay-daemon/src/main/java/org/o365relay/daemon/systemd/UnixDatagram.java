package org.o365relay.daemon.systemd;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/// Sends a datagram to a Unix socket through the Linux C library, because the JDK supports only Unix stream
/// sockets.
final class UnixDatagram {

    // unix(7): struct sockaddr_un holds the address family and 108 bytes for the name; a path ends with a null byte.
    private static final int NAME_OFFSET = 2;
    private static final int MAX_NAME = 107;

    private static final short AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_DONTWAIT = 0x40;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET =
            function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SENDTO = function(
            "sendto", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private UnixDatagram() {}

    /// Sends without blocking; fails if the receiver's queue is full.
    ///
    /// @param name socket path, or an abstract socket name with the prefix `@`
    /// @throws IOException if the name is invalid or the datagram cannot be sent; in the latter case, the
    ///     message contains the errno(3) value
    static void send(String name, String text) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errors = arena.allocate(CALL_STATE);
            MemorySegment address = address(name, arena);
            MemorySegment data = arena.allocateFrom(JAVA_BYTE, text.getBytes(StandardCharsets.UTF_8));
            int descriptor = (int) SOCKET.invokeExact(errors, (int) AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
            check("socket", descriptor, errors);
            try {
                long sent = (long) SENDTO.invokeExact(
                        errors, descriptor, data, data.byteSize(), MSG_DONTWAIT, address, (int) address.byteSize());
                check("sendto", sent, errors);
            } finally {
                int _ = (int) CLOSE.invokeExact(errors, descriptor);
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable impossible) {
            throw new LinkageError("a function of the C library has an unexpected signature", impossible);
        }
    }

    /// Builds the address with the exact length of the name: every byte of an abstract name is significant
    /// (unix(7)).
    private static MemorySegment address(String name, Arena arena) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_NAME || !(name.startsWith("/") || name.startsWith("@"))) {
            throw new IOException("neither a Unix socket path nor an abstract name");
        }
        boolean isAbstract = bytes[0] == '@';
        if (isAbstract) {
            bytes[0] = 0;
        }
        MemorySegment address = arena.allocate(NAME_OFFSET + bytes.length + (isAbstract ? 0 : 1), 2);
        address.set(JAVA_SHORT, 0, AF_UNIX);
        MemorySegment.copy(bytes, 0, address, JAVA_BYTE, NAME_OFFSET, bytes.length);
        return address;
    }

    private static void check(String call, long result, MemorySegment errors) throws IOException {
        if (result < 0) {
            throw new IOException(call + " failed with errno " + (int) ERRNO.get(errors, 0L));
        }
    }

    @SuppressWarnings("restricted") // native access is enabled in jvm.options
    private static MethodHandle function(String name, FunctionDescriptor signature) {
        MemorySegment symbol = LINKER.defaultLookup().findOrThrow(name);
        return LINKER.downcallHandle(symbol, signature, Linker.Option.captureCallState("errno"));
    }
}
