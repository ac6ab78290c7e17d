package org.o365relay.accept;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/// Switches a socket that the relay has not opened itself to non-blocking: neither the JDK nor Netty can, and a
/// blocking one would halt its event loop at the first accept.
final class FileDescriptors {

    // fcntl(2), the same on all architectures of Linux the relay runs on
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int O_NONBLOCK = 0x800;

    private static final MethodHandle FCNTL = function();

    private FileDescriptors() {}

    /// @return whether it worked
    static boolean setNonBlocking(int descriptor) {
        try {
            int flags = (int) FCNTL.invokeExact(descriptor, F_GETFL, 0);
            return flags >= 0 && (int) FCNTL.invokeExact(descriptor, F_SETFL, flags | O_NONBLOCK) == 0;
        } catch (Throwable impossible) {
            throw new LinkageError("the C library does not have the signatures of Linux", impossible);
        }
    }

    @SuppressWarnings("restricted") // native access is enabled in jvm.options
    private static MethodHandle function() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("fcntl"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
                Linker.Option.firstVariadicArg(2));
    }
}
