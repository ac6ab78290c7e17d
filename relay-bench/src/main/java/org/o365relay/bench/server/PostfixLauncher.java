package org.o365relay.bench.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Starts a separate Postfix instance with configuration, queue and log in the work directory and one port on
/// loopback. The system's Postfix instance is not affected. Postfix can only be started by root.
///
/// The next hop of this instance refuses connections, like the upstream of o365-relay in the commands
/// `bench accept` and `bench peers`.
///
/// @param hold whether accepted messages are put on hold and never delivered; this is the fastest mode of
///     Postfix
public record PostfixLauncher(Path program, String version, boolean hold) implements Launcher {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

    private static final String MAIN = """
            compatibility_level = 3.6
            queue_directory = @DIRECTORY@/queue
            data_directory = @DIRECTORY@/data
            maillog_file = @DIRECTORY@/postfix.log
            maillog_file_prefixes = @DIRECTORY@
            myhostname = postfix.bench.example
            mydestination =
            mynetworks = 127.0.0.0/8
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            relayhost = [127.0.0.1]:@REFUSED@
            alias_maps =
            alias_database =
            local_recipient_maps =
            message_size_limit = 157286400
            # Would delay clients when mail arrives faster than it is delivered.
            in_flow_delay = 0
            """;

    private static final String HOLD = "smtpd_recipient_restrictions = check_client_access static:HOLD\n";

    private static final String MASTER = """
            127.0.0.1:@PORT@ inet n - n - - smtpd
            pickup    unix n - n 60 1 pickup
            cleanup   unix n - n - 0 cleanup
            qmgr      unix n - n 300 1 qmgr
            tlsmgr    unix - - n 1000? 1 tlsmgr
            rewrite   unix - - n - - trivial-rewrite
            bounce    unix - - n - 0 bounce
            defer     unix - - n - 0 bounce
            trace     unix - - n - 0 bounce
            verify    unix - - n - 1 verify
            flush     unix n - n 1000? 0 flush
            proxymap  unix - - n - - proxymap
            proxywrite unix - - n - 1 proxymap
            smtp      unix - - n - - smtp
            relay     unix - - n - - smtp
            showq     unix n - n - - showq
            error     unix - - n - - error
            retry     unix - - n - - error
            discard   unix - - n - - discard
            anvil     unix - - n - 1 anvil
            scache    unix - - n - 1 scache
            postlog   unix-dgram n - n - 1 postlogd
            """;

    /// Launchers of the installed Postfix, with and without hold; empty if Postfix is not installed.
    public static List<PostfixLauncher> installed() throws IOException, InterruptedException {
        Optional<Path> postconf = Programs.find("postconf");
        Optional<Path> postfix = Programs.find("postfix");
        if (postconf.isEmpty() || postfix.isEmpty()) {
            return List.of();
        }
        String version = Programs.output(List.of(postconf.get().toString(), "-d", "-h", "mail_version"))
                .strip();
        return List.of(
                new PostfixLauncher(postfix.get(), version, false), new PostfixLauncher(postfix.get(), version, true));
    }

    @Override
    public String name() {
        return "Postfix " + version + (hold ? ", on hold" : "");
    }

    @Override
    public Server start(Path directory) throws IOException, InterruptedException {
        InetSocketAddress address = Ports.onLoopback(Ports.unused());
        String base = directory.toAbsolutePath().toString();
        Path configuration = Files.createDirectories(directory.resolve("etc"));
        Files.createDirectories(directory.resolve("queue"));
        Files.createDirectories(directory.resolve("data"));
        Files.setOwner(
                directory.resolve("data"),
                directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postfix"));
        Files.writeString(
                configuration.resolve("main.cf"),
                (hold ? MAIN + HOLD : MAIN)
                        .replace("@DIRECTORY@", base)
                        .replace("@REFUSED@", Integer.toString(Ports.CLOSED)));
        Files.writeString(
                configuration.resolve("master.cf"), MASTER.replace("@PORT@", Integer.toString(address.getPort())));
        Programs.output(List.of(program.toString(), "-c", configuration.toString(), "start"));
        String pid = Files.readString(directory.resolve("queue/pid/master.pid")).strip();
        ProcessHandle master = ProcessHandle.of(Long.parseLong(pid))
                .orElseThrow(() -> new IOException("Postfix exited immediately after it was started"));
        Runtime.getRuntime().addShutdownHook(new Thread(master::destroy, "stops Postfix"));
        Ports.awaitOpen(address, START_TIMEOUT, master::isAlive);
        return new Running(address, master);
    }

    private record Running(InetSocketAddress address, ProcessHandle master) implements Server {

        @Override
        public OptionalLong pid() {
            return OptionalLong.of(master.pid());
        }

        @Override
        public void close() throws IOException {
            master.destroy();
            if (!Programs.awaitExit(master, STOP_TIMEOUT)) {
                master.descendants().forEach(ProcessHandle::destroyForcibly);
                master.destroyForcibly();
                throw new IOException("Postfix did not stop within " + STOP_TIMEOUT.toSeconds() + " s; it was killed");
            }
        }
    }
}
