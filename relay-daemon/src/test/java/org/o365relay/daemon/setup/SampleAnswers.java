package org.o365relay.daemon.setup;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Answers to the questions of setup.
final class SampleAnswers {

    private static final String ID = "11111111-2222-3333-4444-555555555555";

    private SampleAnswers() {}

    /// Combines the sample answers of all questions that apply.
    static List<SetupAnswers> combinations(DeliveryMethod method) {
        List<SetupAnswers> combinations = List.of(new SetupAnswers(Map.of()));
        for (SetupQuestion question : SetupQuestion.values()) {
            List<SetupAnswers> more = new ArrayList<>();
            for (SetupAnswers before : combinations) {
                if (!question.applies(before)) {
                    more.add(before);
                    continue;
                }
                samples(method).getOrDefault(question, List.of("")).stream()
                        .map(sample -> sample.isEmpty()
                                ? question.defaultAnswer(before).orElseThrow()
                                : sample)
                        .map(answer -> before.with(question, answer))
                        .forEach(more::add);
            }
            combinations = more;
        }
        return combinations;
    }

    /// An empty sample stands for the default; a smarthost has a login only with TLS.
    private static Map<SetupQuestion, List<String>> samples(DeliveryMethod method) {
        Map<SetupQuestion, List<String>> samples = new EnumMap<>(SetupQuestion.class);
        samples.put(SetupQuestion.MAILBOX, List.of("relay@contoso.example", "o'br#$\u2019{n}@bücher.example"));
        samples.put(SetupQuestion.METHOD, List.of(method.key()));
        samples.put(SetupQuestion.CLOUD, List.of("worldwide", "china"));
        samples.put(SetupQuestion.TENANT, List.of("contoso.onmicrosoft.com"));
        samples.put(SetupQuestion.CLIENT_ID, List.of(ID));
        samples.put(SetupQuestion.SECRET_EXPIRES, List.of("", "2099-12-31"));
        samples.put(SetupQuestion.GRAPH_FALLBACK, List.of("yes", "no"));
        samples.put(SetupQuestion.PERMISSION, List.of("consent", "rbac"));
        samples.put(SetupQuestion.PUBLIC_ADDRESSES, List.of("203.0.113.10"));
        samples.put(SetupQuestion.HOST, List.of("mail.contoso.example", "10.0.0.1"));
        samples.put(SetupQuestion.TLS, List.of("starttls", "implicit"));
        samples.put(SetupQuestion.USERNAME, List.of("", "re\"lay\\ ${x}"));
        samples.put(SetupQuestion.SEND_AS, List.of("\"#${x}\"@contoso.example,@contoso.example"));
        samples.put(SetupQuestion.TRUSTED_NETWORKS, List.of("192.168.10.0/24 fd00:10::/64"));
        samples.put(SetupQuestion.LISTEN, List.of(""));
        samples.put(SetupQuestion.DATA_DIRECTORY, List.of("/srv/#${x} queue"));
        samples.put(SetupQuestion.WEBHOOK, List.of("https://hooks.example/1"));
        samples.put(SetupQuestion.ALERT_SERVER, List.of("", "[fd00::1]:465"));
        samples.put(SetupQuestion.ALERT_COMMAND, List.of("/bin/true"));
        samples.put(SetupQuestion.ADMIN, List.of("it@contoso.example"));
        return samples;
    }
}
