package org.o365relay.daemon.check;

import com.azure.json.JsonProviders;
import com.azure.json.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;

/// The results of a check as JSON. Members are never renamed.
public final class CheckReportJson {

    private CheckReportJson() {}

    /// @param passed whether every mailbox can send mail
    /// @return one JSON object
    public static String text(boolean passed, List<MailboxReport> mailboxes) {
        StringWriter text = new StringWriter();
        try (JsonWriter writer = JsonProviders.createWriter(text)) {
            writer.writeStartObject().writeBooleanField("passed", passed);
            writer.writeArrayField("mailboxes", mailboxes, CheckReportJson::write);
            writer.writeEndObject();
        } catch (IOException inMemory) {
            throw new IllegalStateException("cannot write JSON", inMemory);
        }
        return text.toString();
    }

    private static void write(JsonWriter writer, MailboxReport report) throws IOException {
        writer.writeStartObject()
                .writeStringField("mailbox", report.mailbox().toString())
                .writeBooleanField("canSend", report.canSend())
                .writeArrayField("steps", report.steps(), CheckReportJson::write)
                .writeArrayField("upstreams", report.upstreams(), CheckReportJson::write)
                .writeEndObject();
    }

    private static void write(JsonWriter writer, UpstreamReport report) throws IOException {
        writer.writeStartObject()
                .writeStringField("upstream", report.upstream())
                .writeBooleanField("canSend", report.canSend())
                .writeArrayField("steps", report.steps(), CheckReportJson::write)
                .writeEndObject();
    }

    private static void write(JsonWriter writer, CheckStep step) throws IOException {
        writer.writeStartObject()
                .writeStringField("result", step.result().name().toLowerCase(Locale.ROOT))
                .writeStringField("step", step.name())
                .writeStringField("detail", step.detail())
                .writeStringField("cause", step.cause())
                .writeStringField("advice", step.advice())
                .writeEndObject();
    }
}
