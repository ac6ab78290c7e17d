package org.o365relay.daemon.explain;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.tls.ListenerTls;

/// What the client sends to the relay.
public sealed interface ClientScript {

    /// @param tls TLS mode of the listener; [ListenerTls#OFF] if there is no certificate
    void run(ExplainedDialogue dialogue, InetAddress client, ListenerTls tls);

    /// @return whether the user supplied the message; otherwise it is an example
    boolean hasMessage();

    /// @return whether the client authenticates where the relay requires it
    boolean logsIn();

    /// The commands for one message.
    ///
    /// @param helo name in EHLO; null for the address of the client
    /// @param skipsHelo whether the client sends no EHLO before MAIL; it still sends one before STARTTLS
    /// @param from address as in MAIL, with or without brackets
    /// @param to addresses as in RCPT, with or without brackets
    /// @param size declared size of the message in octets; 0 for none
    /// @param message the message; null to send an example
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Commands(
            @Nullable String helo,
            boolean skipsHelo,
            String from,
            List<String> to,
            long size,
            byte @Nullable [] message)
            implements ClientScript {

        public Commands {
            to = List.copyOf(to);
        }

        @Override
        public boolean hasMessage() {
            return message != null;
        }

        @Override
        public boolean logsIn() {
            return true;
        }

        @Override
        public void run(ExplainedDialogue dialogue, InetAddress client, ListenerTls tls) {
            if (dialogue.isOpen() && greet(dialogue, client, tls) && dialogue.say(mail())) {
                boolean accepted = false;
                for (String recipient : to) {
                    accepted |= dialogue.isOpen() && dialogue.say("RCPT TO:" + bracketed(recipient));
                }
                if (accepted && dialogue.isOpen() && dialogue.say("DATA")) {
                    dialogue.message(message == null ? example() : message);
                }
            }
            if (dialogue.isOpen()) {
                dialogue.say("QUIT");
            }
        }

        private boolean greet(ExplainedDialogue dialogue, InetAddress client, ListenerTls tls) {
            String ehlo = "EHLO " + (helo == null ? literal(client) : helo);
            if (tls == ListenerTls.REQUIRED) {
                return dialogue.say(ehlo) && dialogue.say("STARTTLS") && (skipsHelo || dialogue.say(ehlo));
            }
            return skipsHelo || dialogue.say(ehlo);
        }

        // RFC 5321 §4.1.3
        private static String literal(InetAddress client) {
            return (client instanceof Inet6Address ? "[IPv6:" : "[") + client.getHostAddress() + "]";
        }

        private String mail() {
            boolean utf8 = !isAscii(from) || to.stream().anyMatch(recipient -> !isAscii(recipient));
            return "MAIL FROM:" + bracketed(from) + (size == 0 ? "" : " SIZE=" + size) + (utf8 ? " SMTPUTF8" : "");
        }

        private static String bracketed(String address) {
            return address.startsWith("<") ? address : "<" + address + ">";
        }

        private static boolean isAscii(String text) {
            return text.chars().allMatch(c -> c < 0x80);
        }

        private byte[] example() {
            String author = bracketed(from).equals("<>") ? "" : "From: " + bracketed(from) + "\r\n";
            return (author + "Date: Thu, 1 Jan 2026 12:00:00 +0000\r\nMessage-ID: <explain@example.com>\r\n"
                            + "Subject: explain\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8);
        }
    }

    /// A recorded session: all octets that the client sent.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Recording(byte[] octets) implements ClientScript {

        @Override
        public boolean hasMessage() {
            return true;
        }

        @Override
        public boolean logsIn() {
            return new String(octets, StandardCharsets.ISO_8859_1)
                    .lines()
                    .anyMatch(line -> line.regionMatches(true, 0, "AUTH ", 0, 5));
        }

        @Override
        public void run(ExplainedDialogue dialogue, InetAddress client, ListenerTls tls) {
            dialogue.recording(octets);
        }
    }
}
