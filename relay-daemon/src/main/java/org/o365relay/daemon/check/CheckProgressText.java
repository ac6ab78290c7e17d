package org.o365relay.daemon.check;

import java.io.PrintWriter;
import org.o365relay.mail.EmailAddress;

/// What was found, for a person at a terminal; line by line, because a road may take its time.
public final class CheckProgressText implements MailboxChecker.Progress {

    private final PrintWriter out;

    public CheckProgressText(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void mailbox(EmailAddress mailbox) {
        out.printf("%n%s%n", mailbox);
        out.flush();
    }

    @Override
    public void upstream(String road) {
        out.printf("by %s%n", road);
        out.flush();
    }

    @Override
    public void step(CheckStep step) {
        out.printf("  %s %-10s %s%n", step.result().symbol(), step.name(), step.detail());
        if (!step.cause().isEmpty()) {
            more("means", step.cause());
        }
        if (!step.advice().isEmpty()) {
            more("to do", step.advice());
        }
        out.flush();
    }

    private void more(String name, String text) {
        out.printf("    %-10s %s%n", name, text);
    }
}
