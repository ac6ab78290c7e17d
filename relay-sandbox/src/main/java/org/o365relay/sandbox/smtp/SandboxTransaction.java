package org.o365relay.sandbox.smtp;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.fault.FaultAction;
import org.o365relay.sandbox.fault.FaultPoint;
import org.o365relay.sandbox.message.SpooledContent;
import org.o365relay.sandbox.settings.TenantSettings;
import org.o365relay.sandbox.tenant.SandboxState;

/// The mail transactions of a connection: MAIL, RCPT, DATA and BDAT.
final class SandboxTransaction implements AutoCloseable {

    private static final Set<String> MAIL_PARAMETERS = Set.of("SIZE", "BODY", "SMTPUTF8", "RET", "ENVID", "AUTH");
    private static final Set<String> RCPT_PARAMETERS = Set.of("NOTIFY", "ORCPT");
    private static final Pattern CHUNK =
            Pattern.compile("(?<size>\\d{1,18})(?<last> +LAST)?", Pattern.CASE_INSENSITIVE);

    private final SmtpService service;
    private final SandboxSession session;
    private final SandboxConnection connection;
    private final FaultInjector faults;
    private final ContentHandler contentHandler;

    private @Nullable PathArgument sender;
    private final List<String> recipients = new ArrayList<>();
    private @Nullable SpooledContent chunks;

    SandboxTransaction(
            SandboxState state,
            SmtpService service,
            SandboxSession session,
            SandboxConnection connection,
            FaultInjector faults) {
        this.service = service;
        this.session = session;
        this.connection = connection;
        this.faults = faults;
        this.contentHandler = new ContentHandler(state, service, session, faults);
    }

    void mail(String argument) throws IOException {
        Optional<String> refusal = service.checkSender(session);
        if (refusal.isPresent()) {
            refuse(refusal.get());
        } else if (sender != null) {
            refuse("503 5.5.2 Sender already specified");
        } else if (!faults.intercept(FaultPoint.MAIL, argument)) {
            PathArgument.parse(argument, "FROM:").ifPresentOrElse(this::begin, this::invalidSender);
        }
    }

    private void begin(PathArgument path) {
        Optional<String> unknown = path.unknownParameter(MAIL_PARAMETERS);
        if (!path.isNullPath() && !path.isMailbox(path.has("SMTPUTF8"))) {
            invalidSender();
        } else if (unknown.isPresent()) {
            refuse("501 5.5.4 Unrecognized parameter '" + unknown.get() + "'");
        } else if (path.declaredSize().orElse(0) > TenantSettings.ADVERTISED_SIZE) {
            refuse("552 5.3.4 Message size exceeds fixed maximum message size");
        } else {
            sender = path;
            connection.send("250 2.1.0 Sender OK");
        }
    }

    private void invalidSender() {
        refuse("501 5.1.7 Invalid address");
    }

    void recipient(String argument) throws IOException {
        if (sender == null) {
            refuse("503 5.5.2 Need mail command");
        } else if (!faults.intercept(FaultPoint.RCPT, argument)) {
            add(PathArgument.parse(argument, "TO:"), sender.address(), sender.has("SMTPUTF8"));
        }
    }

    private void add(Optional<PathArgument> path, String from, boolean utf8) {
        Optional<String> unknown = path.flatMap(argument -> argument.unknownParameter(RCPT_PARAMETERS));
        if (path.isEmpty() || !path.get().isMailbox(utf8)) {
            refuse("501 5.1.3 Invalid address");
        } else if (unknown.isPresent()) {
            refuse("501 5.5.4 Unrecognized parameter '" + unknown.get() + "'");
        } else {
            add(from, path.get().address());
        }
    }

    private void add(String from, String to) {
        Optional<String> refusal = service.checkRecipient(session, from, to, recipients.size());
        if (refusal.isPresent()) {
            refuse(refusal.get());
        } else {
            recipients.add(to);
            connection.send("250 2.1.5 Recipient OK");
        }
    }

    void data() throws IOException {
        if (sender == null || recipients.isEmpty()) {
            refuse("503 5.5.2 Need rcpt command");
        } else if (sender.has("BODY=BINARYMIME") || chunks != null) {
            refuse("503 5.5.1 Bad sequence of commands"); // RFC 3030 §2 and §3
        } else if (!faults.intercept(FaultPoint.DATA, "DATA")) {
            connection.send("354 Start mail input; end with <CRLF>.<CRLF>");
            try (SpooledContent body = contentHandler.open()) {
                connection.readContent(body);
                finish(body, sender);
            }
        }
    }

    /// Handles BDAT (RFC 3030 §2). Reads the chunk even if the command is out of sequence, because the client
    /// sends the chunk without waiting for a reply to the command.
    void chunk(String argument) throws IOException {
        Matcher form = CHUNK.matcher(argument.strip());
        if (!form.matches()) {
            refuse("501 5.5.4 Invalid arguments");
            return;
        }
        long size = Long.parseLong(form.group("size"));
        if (sender == null || recipients.isEmpty()) {
            connection.readChunk(new SpooledContent(null, 0), size);
            refuse("503 5.5.2 Need rcpt command");
            return;
        }
        SpooledContent body = chunks == null ? contentHandler.open() : chunks;
        chunks = body;
        connection.readChunk(body, size);
        if (form.group("last") == null) {
            connection.send("250 2.6.0 " + size + " octets received");
        } else {
            finish(body, sender);
        }
    }

    private void finish(SpooledContent body, PathArgument from) throws IOException {
        Optional<FaultAction> fault = faults.next(FaultPoint.CONTENT, envelope(from));
        boolean dropAfterwards = fault.filter(action -> action instanceof FaultAction.DropAfterAccepting)
                .isPresent();
        if (fault.isEmpty() || dropAfterwards || faults.perform(fault.get())) {
            String reply = contentHandler.handle(body, from.address(), List.copyOf(recipients));
            if (dropAfterwards) {
                throw faults.drop();
            }
            connection.send(reply);
        }
        reset();
    }

    private String envelope(PathArgument from) {
        return "<" + from.address() + "> <" + String.join("> <", recipients) + ">";
    }

    void reset() throws IOException {
        sender = null;
        recipients.clear();
        close();
    }

    @Override
    public void close() throws IOException {
        if (chunks != null) {
            chunks.close();
            chunks = null;
        }
    }

    private void refuse(String reply) {
        connection.send(service.replies().error(reply));
    }
}
