package org.o365relay.daemon.control;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.ResumeResult;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.queue.Change;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueSummary;

/// Jackson mix-ins for types that need a JSON form other than their record components. The annotations on a
/// mix-in method apply to the method or component with the same signature in the type.
final class Members {

    static final Map<Class<?>, Class<?>> BY_TYPE = Map.of(
            Change.class, OfChange.class,
            ResumeResult.class, OfMailboxProbes.class,
            MailboxStatus.class, OfMailboxStatus.class,
            MessageDetail.class, OfMessageDetail.class,
            Page.class, OfPage.class,
            QueueSummary.class, OfQueueSummary.class);

    private Members() {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "name")
    private interface OfChange {}

    @JsonPropertyOrder("changed")
    private interface OfMailboxProbes {

        @JsonProperty("changed")
        boolean hasEffect();
    }

    private interface OfMailboxStatus {

        @JsonProperty("nextProbeAt")
        @Nullable
        Instant nextProbe();
    }

    private interface OfMessageDetail {

        @JsonProperty("message")
        MessageEntry entry();
    }

    private interface OfPage {

        @JsonProperty("messages")
        List<MessageEntry> entries();
    }

    @JsonPropertyOrder({"at", "open"})
    private interface OfQueueSummary {

        @JsonProperty("open")
        long open();

        @JsonProperty("states")
        @JsonFormat(with = JsonFormat.Feature.WRITE_SORTED_MAP_ENTRIES)
        Map<MessageState, Long> states();

        @JsonProperty("nextDueAt")
        @Nullable
        Instant nextDue();
    }
}
