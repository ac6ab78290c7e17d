import jakarta.mail.Authenticator;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/// Composes a message as Java programs do, and sends it in the given variant.
final class AngusMail {

    private static final Map<String, String> ENVIRONMENT = System.getenv();

    private AngusMail() {}

    public static void main(String[] arguments) throws MessagingException, IOException {
        String variant = arguments[0];
        Session session = Session.getInstance(settings(variant), new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication("scanner", "any password");
            }
        });
        session.setDebug(true);
        session.setDebugOut(System.out);
        Transport.send(message(session));
    }

    private static Properties settings(String variant) {
        String protocol = variant.equals("tls") ? "smtps" : "smtp";
        Properties settings = new Properties();
        settings.setProperty("mail.transport.protocol.rfc822", protocol);
        settings.setProperty("mail.mime.allowutf8", Boolean.toString(variant.equals("smtputf8")));
        Map<String, String> common = Map.of(
                "host", ENVIRONMENT.get("HOST"),
                "port", ENVIRONMENT.get("PORT"),
                "from", ENVIRONMENT.get("SENDER"),
                "localhost", "scanner.device.example",
                "allow8bitmime", "true");
        Map<String, String> specific =
                switch (variant) {
                    case "starttls" -> Map.of("starttls.required", "true");
                    case "login" -> Map.of("auth", "true", "auth.mechanisms", "LOGIN");
                    case "login+tls" ->
                        Map.of("auth", "true", "auth.mechanisms", "PLAIN", "starttls.required", "true");
                    case "dsn" -> Map.of("dsn.notify", "SUCCESS,FAILURE", "dsn.ret", "HDRS");
                    default -> Map.of();
                };
        common.forEach((key, value) -> settings.setProperty("mail." + protocol + "." + key, value));
        specific.forEach((key, value) -> settings.setProperty("mail." + protocol + "." + key, value));
        return settings;
    }

    private static Message message(Session session) throws MessagingException, IOException {
        MimeBodyPart text = new MimeBodyPart();
        text.setText(Files.readString(Path.of(ENVIRONMENT.get("TEXT"))), "utf-8");
        MimeBodyPart attachment = new MimeBodyPart();
        attachment.attachFile(ENVIRONMENT.get("ATTACHMENT"));
        MimeMessage message = new MimeMessage(session);
        message.setFrom(author());
        for (String recipient : ENVIRONMENT.get("RECIPIENTS").split(" ")) {
            message.addRecipient(Message.RecipientType.TO, new InternetAddress(recipient));
        }
        message.setSubject(ENVIRONMENT.get("SUBJECT"), "utf-8");
        message.setContent(new MimeMultipart(text, attachment));
        return message;
    }

    private static InternetAddress author() throws IOException {
        String name = ENVIRONMENT.get("AUTHOR").replaceFirst(" <.*", "");
        return new InternetAddress(ENVIRONMENT.get("SENDER"), name, "utf-8");
    }
}
