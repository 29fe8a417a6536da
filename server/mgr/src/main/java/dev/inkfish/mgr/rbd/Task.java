package dev.inkfish.mgr.rbd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.mgr.command.PythonJson;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One piece of work on an image, as it is kept in the object `rbd_task` of its pool. Guarded by [Tasks].
final class Task {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final DateTimeFormatter ISO = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS");

    static final String FLATTEN = "flatten";
    static final String REMOVE = "remove";
    static final String TRASH_REMOVE = "trash remove";
    static final String MIGRATE_EXECUTE = "migrate execute";
    static final String MIGRATE_COMMIT = "migrate commit";
    static final String MIGRATE_ABORT = "migrate abort";
    private static final Set<String> ACTIONS =
            Set.of(FLATTEN, REMOVE, TRASH_REMOVE, MIGRATE_EXECUTE, MIGRATE_COMMIT, MIGRATE_ABORT);

    final long sequence;
    final String id;
    final String message;
    final ObjectNode refs;
    @Nullable String retryMessage;
    int retryAttempts;
    @Nullable LocalDateTime retryTime;
    boolean inProgress;
    volatile double progress;
    volatile boolean canceled;
    @Nullable String failure;
    boolean progressPosted;

    Task(long sequence, String id, String message, ObjectNode refs) {
        this.sequence = sequence;
        this.id = id;
        this.message = message;
        this.refs = refs;
    }

    /// Null if it makes no sense.
    static @Nullable Task parse(String text) {
        try {
            JsonNode node = JSON.readTree(text);
            if (!(node.get("refs") instanceof ObjectNode refs) || !ACTIONS.contains(refs.path("action").asText())
                    || !node.path("id").isTextual() || !node.path("sequence").isNumber()) {
                return null;
            }
            return new Task(node.get("sequence").longValue(), node.get("id").textValue(),
                    node.path("message").asText(), refs);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /// Under which it is kept.
    String key() {
        return String.format("%016X", sequence);
    }

    String ref(String name) {
        return refs.path(name).asText();
    }

    /// Whether it does what these say; the image's id is compared only where they have it.
    boolean matches(ObjectNode wanted) {
        ObjectNode own = refs;
        if (!wanted.has("image_id") && own.has("image_id")) {
            own = own.deepCopy();
            own.remove("image_id");
        }
        return own.equals(wanted);
    }

    ObjectNode node() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("sequence", sequence).put("id", id).put("message", message);
        node.set("refs", refs);
        if (retryMessage != null) {
            node.put("retry_message", retryMessage);
        }
        if (retryAttempts > 0) {
            node.put("retry_attempts", retryAttempts);
        }
        if (retryTime != null) {
            node.put("retry_time", ISO.format(retryTime));
        }
        if (inProgress) {
            node.put("in_progress", true).put("progress", progress);
        }
        if (canceled) {
            node.put("canceled", true);
        }
        return node;
    }

    String json() {
        return PythonJson.line(node());
    }
}
