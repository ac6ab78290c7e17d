package org.o365relay.daemon.check;

import java.io.PrintWriter;
import org.o365relay.mail.EmailAddress;

/// Prints the results of a check line by line as they arrive.
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
    public void upstream(String name) {
        out.printf("upstream %s%n", name);
        out.flush();
    }

    @Override
    public void step(CheckStep step) {
        out.printf("  %s %-10s %s%n", step.result().symbol(), step.name(), step.detail());
        if (!step.cause().isEmpty()) {
            detail("cause", step.cause());
        }
        if (!step.advice().isEmpty()) {
            detail("advice", step.advice());
        }
        out.flush();
    }

    private void detail(String name, String text) {
        out.printf("    %-10s %s%n", name, text);
    }
}
