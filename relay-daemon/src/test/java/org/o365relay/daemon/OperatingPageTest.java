package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.o365relay.Polling;
import org.o365relay.daemon.cli.CliEnvironment;
import org.o365relay.daemon.control.RelayControl;
import org.o365relay.daemon.setup.Terminal;
import org.o365relay.mail.Secret;

/// The section "Everyday questions" of `docs/operating.md` is what the commands print on a day with a real
/// relay. If it differs, the new section is in `target/everyday-questions.md`, to be copied to the page.
@Timeout(120)
final class OperatingPageTest extends EndToEnd {

    private static final String TITLE = "## Everyday questions\n";
    private static final Instant NOON = Instant.parse("2026-11-23T11:00:00Z");
    private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");
    private static final Pattern QUEUE_ID = Pattern.compile("\\b[0-9][0-9A-HJKMNP-TV-Z]{12}\\b");

    private static final String SCANNER = "192.168.10.17 scanner";
    private static final String PRINTER = "192.168.10.23 printer";
    private static final String NAS = "192.168.10.30 nas";
    private static final String ERP = "10.0.0.8 erp";

    private final StringBuilder page = new StringBuilder(TITLE);
    private int sent;
    private final Map<String, String> shownIds = new LinkedHashMap<>();

    @Test
    void showsWhatTheCommandsPrint() throws Exception {
        relay.clock().jump(Duration.between(Instant.now(), NOON));
        relay.with("rcpt/old-address@:550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found")
                .start(
                        "relay.listeners = [ { address = \"127.0.0.1\", port = 0, trusted-proxies = [ \"127.0.0.1\" ]"
                                + " } ]",
                        "relay.trusted-networks = [ { network = \"192.168.10.17\", name = \"Scanner 2nd floor\" }, {"
                                + " network = \"192.168.10.23\", name = \"Printer warehouse\" }, { network ="
                                + " \"192.168.10.30\", name = \"NAS\" }, { network = \"10.0.0.8\", name = \"ERP\" } ]",
                        "relay.retry { first-delay = 5m, mailbox-probe = 1h, mailbox-probe-max = 1h }");
        morning();
        theScanOf1405();
        theBrokenPrinter();
        whoSentMost();
        sendAgain();
        thePasswordIsChanged();
        whyItWaits();
        deleteJunk();
        thePasswordIsCorrected();
        pause();

        Files.writeString(Path.of("target/everyday-questions.md"), page);
        assertThat(section()).isEqualTo(page.toString());
    }

    private static String section() throws IOException {
        String text = DocsPage.read("operating.md").text();
        int start = text.indexOf(TITLE);
        int end = text.indexOf("\n## ", start + 1);
        return start < 0 ? "" : text.substring(start, end);
    }

    private void morning() throws Exception {
        page.append("""

            The devices in these examples have names in `trusted-networks`. The output is real: a test sends this mail through a relay, runs
            these commands, and compares.
            """);
        for (int i = 1; i <= 12; i++) {
            send(ERP, "Invoice " + (4700 + i), "customer@fabrikam.example");
        }
        at("14:05:00");
        send(SCANNER, "Scan from 2nd floor", "anna@contoso.example");
        relay.journal().await("delivered", 13);
        at("14:20:00");
        for (int i = 1; i <= 3; i++) {
            send(PRINTER, "Delivery note " + i, "old-address@contoso.example");
        }
        relay.journal().await("failed", 3);
        relay.journal().await("delivered", 16); // with the notices of the failures
        at("14:30:30");
    }

    private void theScanOf1405() {
        question(
                "\"My scan of 14:05 did not arrive.\"",
                "Exchange has it: look in the junk folder, or search the"
                        + " [message trace](https://admin.exchange.microsoft.com) for the Message-ID.");
        run("trace 192.168.10.17 --after 14:00");
    }

    private void theBrokenPrinter() throws Exception {
        question("\"The printer in the warehouse does not send.\"", "It does, to an address that does not exist.");
        await("devices 192.168.10.23", "3 of 3"); // a running relay saves its counters every two seconds
        run("devices 192.168.10.23");
    }

    private void whoSentMost() {
        question("\"Who sends so much mail?\"", "");
        run("devices --top 2");
    }

    private void sendAgain() throws InterruptedException {
        question("\"Can you send the delivery notes again, to Anna?\"", "");
        run("queue resend --client 192.168.10.23 --to anna@contoso.example");
        relay.journal().await("delivered", 19);
    }

    private void thePasswordIsChanged() throws Exception {
        relay.stopOffice();
        relay.startOfficeAgain();
        relay.with("auth:535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.");
        at("15:10:00");
        send(SCANNER, "Contract", "anna@contoso.example");
        relay.journal().await("blocked", 1);
        await("queue list", "credentials-incorrect"); // the result of the attempt is stored after the event
        for (int i = 1; i <= 4; i++) {
            send(NAS, "ALARM: fan " + i, "it@contoso.example");
        }
        at("15:20:30");
    }

    private void whyItWaits() {
        question("\"Why is the contract still waiting?\"", "");
        run("queue list --client 192.168.10.17");
        run("mailboxes");
    }

    private void deleteJunk() {
        question("\"The NAS sends one alarm after the other: delete them.\"", "");
        run("queue delete --client 192.168.10.30 --subject ALARM");
    }

    private void thePasswordIsCorrected() throws InterruptedException {
        question(
                "\"The password was changed.\"",
                "[credentials.md](credentials.md) says where the new one goes. `o365-relay reload` then reads it, and"
                        + " tries it at once. If the old\n"
                        + "password has been restored in Microsoft 365, no reload is needed:");
        relay.office().faults().clear();
        run("mailboxes retry relay@contoso.example");
        relay.journal().await("delivered", 20);
        run("queue");
    }

    private void pause() throws IOException {
        question("\"Send nothing until the new mailbox rules are in place.\"", "Devices do not notice the pause.");
        run("mailboxes pause relay@contoso.example");
        send(SCANNER, "Scan from 2nd floor", "anna@contoso.example");
        at("15:31:00");
        run("queue");
        run("mailboxes resume relay@contoso.example");
    }

    /// @param client address and name
    private void send(String client, String subject, String recipient) throws IOException {
        String[] words = client.split(" ", 2);
        String sender = words[1] + "@contoso.example";
        String content =
                "From: <%s>\r\nDate: Mon, 23 Nov 2026 12:00:00 +0100\r\nMessage-ID: <%d@%s>\r\nSubject: %s\r\n\r\n%s\r\n"
                        .formatted(sender, ++sent, words[1], subject, subject);
        try (Device device = new Device(relay.address(), "PROXY TCP4 " + words[0] + " 10.0.0.1 40000 25\r\n")) {
            device.sendFrom(sender, content, recipient);
            device.say("QUIT");
        }
    }

    /// Lets time pass until this time of the day.
    private void at(String time) {
        Instant then = Instant.parse("2026-11-23T" + time + "Z").minus(Duration.ofHours(1));
        relay.clock().advance(Duration.between(relay.clock().instant(), then));
    }

    private void question(String question, String answer) {
        page.append("\n### ").append(question).append('\n');
        if (!answer.isEmpty()) {
            page.append('\n').append(answer).append('\n');
        }
    }

    private void run(String line) {
        page.append("\n```\n$ o365-relay ").append(line).append('\n');
        page.append(shown(printed(line))).append("```\n");
    }

    private String printed(String line) {
        StringWriter printed = new StringWriter();
        PrintWriter out = new PrintWriter(printed, true);
        CliEnvironment environment = new CliEnvironment(
                _ -> new RelayControl(relay.operations(), "test", "root", (_, _, _) -> {
                    throw new AssertionError("the page shows no reload of this relay");
                }),
                relay.clock(),
                ZONE,
                () -> Optional.of(new Agreeing(out)),
                () -> 100,
                new ByteArrayOutputStream());
        List<String> words = new ArrayList<>(List.of(line.split(" ")));
        words.addAll(List.of("--config", relay.configuration().toString()));
        String[] arguments = words.toArray(String[]::new);
        int code =
                Main.commandLine(environment, arguments).setOut(out).setErr(out).execute(arguments);
        assertThat(code).as(printed.toString()).isZero();
        return printed.toString();
    }

    private void await(String line, String wanted) throws Exception {
        Polling.until(line, () -> printed(line).contains(wanted));
    }

    /// @return the output with the names and numbers of an example instead of those of the test
    private String shown(String output) {
        String named = output.replaceAll("localhost:\\d+", "smtp.office365.com:587")
                .replaceAll("\\S+T\\S+Z [0-9A-F]{16}]", "2026-11-23T14:10:04.136Z 08DE2A94B3C1F7E5]")
                .replaceAll("\\b(\\d\\d:\\d\\d):\\d\\d(?!\\.)\\b", "$1:04");
        return QUEUE_ID.matcher(named)
                .replaceAll(id ->
                        shownIds.computeIfAbsent(id.group(), _ -> "38G5M2RHZ%04d".formatted(shownIds.size() + 1)));
    }

    /// An operator who answers every question with "y".
    private record Agreeing(PrintWriter out) implements Terminal {

        @Override
        public void print(String line) {
            out.println(line);
        }

        @Override
        public Optional<String> line(String prompt) {
            out.println(prompt + "y");
            return Optional.of("y");
        }

        @Override
        public Optional<Secret> secret(String prompt) {
            return Optional.empty();
        }
    }
}
