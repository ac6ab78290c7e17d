package org.o365relay.alert;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs a local command with the alert as JSON on standard input and in environment variables. No shell is involved.
/// The command inherits no other variables, because those of the relay may contain secrets.
record AlertCommand(AlertCommandSettings settings, String relay, String version) implements AlertChannel {

    private static final Logger log = LoggerFactory.getLogger(AlertCommand.class);
    private static final Set<String> INHERITED = Set.of("PATH", "HOME", "USER", "LANG", "TZ");
    private static final Duration MAX_OUTPUT_DELAY = Duration.ofSeconds(1);
    private static final int MAX_OUTPUT = 500;

    @Override
    public String key() {
        return "command";
    }

    @Override
    public String send(AlertMessage message) throws InterruptedException {
        Process process;
        try {
            process = builder(message).start();
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
        try {
            return result(message, process);
        } finally {
            kill(process);
        }
    }

    private ProcessBuilder builder(AlertMessage message) {
        ProcessBuilder builder = new ProcessBuilder(settings.arguments()).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.keySet().retainAll(INHERITED);
        environment.put("RELAY_ALERT_EVENT", message.event());
        environment.put("RELAY_ALERT_NAME", printable(message.alert().name()));
        environment.put("RELAY_ALERT_SUBJECT", printable(AlertTexts.subject(message)));
        environment.put("RELAY_ALERT_TEXT", printable(AlertTexts.summary(message)));
        return builder;
    }

    private String result(AlertMessage message, Process process) throws InterruptedException {
        CompletableFuture<String> output = new CompletableFuture<>();
        Thread.ofVirtual().name("alert-command-output").start(() -> output.complete(talk(message, process)));
        if (!process.waitFor(settings.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
            return "still running after " + settings.timeout().toMillis() / 1000.0 + " s, killed";
        }
        int code = process.exitValue();
        if (code == 0) {
            log.info(
                    "the command for the alert \"{}\" exited with 0",
                    message.alert().name());
            return "";
        }
        String text = read(output);
        return "exit code " + code + (text.isEmpty() ? "" : ": " + text);
    }

    /// @return the output; empty if a process that the command started keeps it open
    private static String read(CompletableFuture<String> output) throws InterruptedException {
        try {
            return output.get(MAX_OUTPUT_DELAY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            return "";
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Writes the alert to the command, and reads what it prints.
    ///
    /// @return the beginning of the output
    private String talk(AlertMessage message, Process process) {
        try (OutputStream in = process.getOutputStream()) {
            in.write(AlertJson.of(message, relay, version).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            log.debug("the command does not read the alert: {}", e.getMessage());
        }
        try (InputStream out = process.getInputStream()) {
            String text = new String(out.readNBytes(MAX_OUTPUT), StandardCharsets.UTF_8);
            out.transferTo(OutputStream.nullOutputStream());
            return printable(text);
        } catch (IOException e) {
            log.debug("the output of the command cannot be read: {}", e.getMessage());
            return "";
        }
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ").strip();
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
