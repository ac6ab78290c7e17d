package org.o365relay.accept.socket;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/// Sets inherited sockets to non-blocking mode, which neither the JDK nor Netty can do. A blocking socket would
/// block its event loop in accept(2) while no connection is waiting.
final class FileDescriptors {

    // fcntl(2); the values are the same on all supported Linux architectures
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int O_NONBLOCK = 0x800;

    private static final MethodHandle FCNTL = fcntl();

    private FileDescriptors() {}

    /// @return whether the call succeeded
    static boolean setNonBlocking(int descriptor) {
        try {
            int flags = (int) FCNTL.invokeExact(descriptor, F_GETFL, 0);
            return flags >= 0 && (int) FCNTL.invokeExact(descriptor, F_SETFL, flags | O_NONBLOCK) == 0;
        } catch (Throwable impossible) {
            throw new LinkageError("a function of the C library has an unexpected signature", impossible);
        }
    }

    @SuppressWarnings("restricted") // native access is enabled in jvm.options
    private static MethodHandle fcntl() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("fcntl"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
                Linker.Option.firstVariadicArg(2));
    }
}
