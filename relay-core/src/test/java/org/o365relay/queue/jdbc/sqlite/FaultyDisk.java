package org.o365relay.queue.jdbc.sqlite;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/// Makes chosen file operations of SQLite fail. Wraps the functions of SQLite's VFS and of the files that it
/// opens. Use it in a process of its own: it affects every database of the process.
///
/// A sync that does not fail does nothing, so that hundreds of queues take only seconds.
///
/// Only files whose kind is known (database, write-ahead log) are wrapped. Layouts:
/// https://www.sqlite.org/c3ref/vfs.html
/// and https://www.sqlite.org/c3ref/io_methods.html.
@SuppressWarnings("restricted") // the layer below SQLite is native
final class FaultyDisk {

    /// Operations that can fail, and the error that SQLite gets.
    enum Operation {
        OPEN(40, 14),
        DELETE(48, 10 | 10 << 8),
        READ(16, 10 | 1 << 8),
        WRITE(24, 10 | 3 << 8),
        TRUNCATE(32, 10 | 6 << 8),
        SYNC(40, 10 | 4 << 8),
        SIZE(48, 10 | 7 << 8),
        LOCK(56, 10 | 15 << 8),
        SHARED_MAP(104, 10 | 21 << 8);

        private final int offset;
        private final int error;

        /// @return whether SQLite performs it on such a file
        boolean concerns(Place place) {
            return switch (this) {
                case LOCK, SHARED_MAP -> place == Place.DATABASE;
                case DELETE -> place == Place.LOG;
                case OPEN, READ, WRITE, TRUNCATE, SYNC, SIZE -> true;
            };
        }

        Operation(int offset, int error) {
            this.offset = offset;
            this.error = error;
        }
    }

    /// A file of a queue.
    enum Place {
        DATABASE,
        LOG
    }

    /// A fault to inject.
    ///
    /// @param error error code for SQLite: 13 if the disk is full, else that of the operation
    /// @param lasting whether all later operations of the kind fail, too
    /// @param torn whether half of a write reaches the disk
    record Fault(Operation operation, @Nullable Place place, int error, boolean lasting, boolean torn) {

        static Fault of(Operation operation, @Nullable Place place, boolean lasting, boolean torn) {
            return new Fault(operation, place, operation.error, lasting, torn);
        }

        /// ENOSPC.
        static Fault full(Place place, boolean lasting, boolean torn) {
            return new Fault(Operation.WRITE, place, 13, lasting, torn);
        }
    }

    private static final int DATABASE_FLAG = 0x100;
    private static final int LOG_FLAG = 0x80000;
    private static final int METHODS = 152;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final MemoryLayout POINTER = ValueLayout.ADDRESS;

    private final Linker linker = Linker.nativeLinker();
    private final Map<Long, Place> files = new ConcurrentHashMap<>();
    private final Map<Long, MemorySegment> wrapped = new ConcurrentHashMap<>();
    private final AtomicInteger left = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private volatile @Nullable Fault fault;
    private final MethodHandle open;
    private final MethodHandle delete;

    /// Wraps the VFS of this process, once.
    FaultyDisk() throws ReflectiveOperationException, SQLException {
        MemorySegment vfs = vfs();
        FunctionDescriptor opening = FunctionDescriptor.of(INT, POINTER, POINTER, POINTER, INT, POINTER);
        FunctionDescriptor deleting = FunctionDescriptor.of(INT, POINTER, POINTER, INT);
        open = linker.downcallHandle(vfs.get(ValueLayout.ADDRESS, Operation.OPEN.offset), opening);
        delete = linker.downcallHandle(vfs.get(ValueLayout.ADDRESS, Operation.DELETE.offset), deleting);
        vfs.set(ValueLayout.ADDRESS, Operation.OPEN.offset, stub("open", opening, this, FaultyDisk.class));
        vfs.set(ValueLayout.ADDRESS, Operation.DELETE.offset, stub("delete", deleting, this, FaultyDisk.class));
    }

    /// Makes the n-th such operation from now on fail.
    void arm(Fault next, int n) {
        left.set(n);
        failed.set(0);
        fault = next;
    }

    /// Makes the disk work again.
    ///
    /// @return how many operations have failed
    int disarm() {
        fault = null;
        return failed.get();
    }

    /// The first field of a connection is its VFS. The driver does not expose the pointer, so reflection reads it.
    private static MemorySegment vfs() throws ReflectiveOperationException, SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            Object database = connection.unwrap(SQLiteConnection.class).getDatabase();
            Field pointer = database.getClass().getDeclaredField("pointer");
            pointer.setAccessible(true);
            MemorySegment handle =
                    MemorySegment.ofAddress(pointer.getLong(database)).reinterpret(8);
            return handle.get(ValueLayout.ADDRESS, 0).reinterpret(128);
        }
    }

    private MemorySegment stub(String name, FunctionDescriptor descriptor, Object receiver, Class<?> type)
            throws ReflectiveOperationException {
        MethodHandle handle = MethodHandles.lookup()
                .findVirtual(type, name, descriptor.toMethodType())
                .bindTo(receiver);
        return linker.upcallStub(handle, descriptor, Arena.global());
    }

    private boolean fails(Operation operation, @Nullable Place place) {
        Fault armed = fault;
        if (armed == null || armed.operation() != operation || (armed.place() != null && armed.place() != place)) {
            return false;
        }
        int remaining = left.decrementAndGet();
        if (remaining == 0 || (remaining < 0 && armed.lasting())) {
            failed.incrementAndGet();
            return true;
        }
        return false;
    }

    private int error(Operation operation) {
        Fault armed = fault;
        return armed == null ? operation.error : armed.error();
    }

    int open(MemorySegment vfs, MemorySegment name, MemorySegment file, int flags, MemorySegment outFlags) {
        Place place = (flags & DATABASE_FLAG) != 0 ? Place.DATABASE : (flags & LOG_FLAG) != 0 ? Place.LOG : null;
        MemorySegment methods = file.reinterpret(8);
        if (place != null && fails(Operation.OPEN, place)) {
            methods.set(ValueLayout.ADDRESS, 0, MemorySegment.NULL);
            return error(Operation.OPEN);
        }
        try {
            int result = (int) open.invokeExact(vfs, name, file, flags, outFlags);
            if (result == 0 && place != null) {
                files.put(file.address(), place);
                methods.set(ValueLayout.ADDRESS, 0, wrapper(methods.get(ValueLayout.ADDRESS, 0)));
            }
            return result;
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    int delete(MemorySegment vfs, MemorySegment name, int sync) {
        if (fails(Operation.DELETE, null)) {
            return error(Operation.DELETE);
        }
        try {
            return (int) delete.invokeExact(vfs, name, sync);
        } catch (Throwable e) {
            throw bug(e);
        }
    }

    private MemorySegment wrapper(MemorySegment methods) {
        return wrapped.computeIfAbsent(methods.address(), _ -> {
            MemorySegment original = methods.reinterpret(METHODS);
            MemorySegment copy = Arena.global().allocate(METHODS, 8).copyFrom(original);
            try {
                wrap(original, copy);
            } catch (ReflectiveOperationException e) {
                throw bug(e);
            }
            return copy;
        });
    }

    private void wrap(MemorySegment original, MemorySegment copy) throws ReflectiveOperationException {
        wrap(original, copy, Operation.READ, POINTER, POINTER, INT, LONG);
        wrap(original, copy, Operation.WRITE, POINTER, POINTER, INT, LONG);
        wrap(original, copy, Operation.TRUNCATE, POINTER, LONG);
        wrap(original, copy, Operation.SYNC, POINTER, INT);
        wrap(original, copy, Operation.SIZE, POINTER, POINTER);
        wrap(original, copy, Operation.LOCK, POINTER, INT);
        wrap(original, copy, Operation.SHARED_MAP, POINTER, INT, INT, INT, POINTER);
    }

    private void wrap(MemorySegment original, MemorySegment copy, Operation operation, MemoryLayout... parameters)
            throws ReflectiveOperationException {
        FunctionDescriptor descriptor = FunctionDescriptor.of(INT, parameters);
        MemorySegment function = original.get(ValueLayout.ADDRESS, operation.offset);
        if (function.address() != 0) {
            Wrapper wrapper = new Wrapper(operation, linker.downcallHandle(function, descriptor));
            MethodHandle handle = MethodHandles.lookup()
                    .findVirtual(Wrapper.class, "call", MethodType.methodType(int.class, Object[].class))
                    .bindTo(wrapper)
                    .asCollector(Object[].class, parameters.length)
                    .asType(descriptor.toMethodType());
            copy.set(ValueLayout.ADDRESS, operation.offset, linker.upcallStub(handle, descriptor, Arena.global()));
        }
    }

    /// An exception that cannot be reported to SQLite: ends the process.
    private static Error bug(Throwable e) {
        return new AssertionError(e);
    }

    /// One function of one table.
    final class Wrapper {

        private final Operation operation;
        private final MethodHandle original;

        Wrapper(Operation operation, MethodHandle original) {
            this.operation = operation;
            this.original = original;
        }

        /// @param arguments the first one is the file
        int call(Object... arguments) {
            MemorySegment file = (MemorySegment) arguments[0];
            try {
                if (!fails(operation, files.get(file.address()))) {
                    return operation == Operation.SYNC ? 0 : (int) original.invokeWithArguments(arguments);
                }
                Fault armed = fault;
                if (operation == Operation.WRITE && armed != null && armed.torn()) {
                    Object[] half = Arrays.copyOf(arguments, arguments.length);
                    half[2] = (int) half[2] / 2;
                    var _ = (int) original.invokeWithArguments(half);
                }
                return error(operation);
            } catch (Throwable e) {
                throw bug(e);
            }
        }
    }
}
