package dev.inkfish.osd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MailboxTest {
    private record Done(int producer, int number) {}

    @Test
    void tasksRunOneByOneAndThoseOfOneThreadInOrder() throws Exception {
        Mailbox mailbox = new Mailbox("mailbox", thrown -> {});
        mailbox.start();
        List<Done> done = new ArrayList<>(); // not synchronized: the mailbox must see to it
        List<Thread> producers = new ArrayList<>();
        try (ExecutorService visitor = Executors.newSingleThreadExecutor()) {
            for (int p = 0; p < 4; p++) {
                int producer = p;
                producers.add(Thread.ofPlatform().start(() -> {
                    for (int n = 0; n < 20_000; n++) {
                        Done task = new Done(producer, n);
                        switch ((n * 7 + producer) % 11) {
                            case 0 -> mailbox.add(() -> done.add(task));
                            case 1, 2, 3 -> mailbox.addShort(() -> done.add(task), visitor);
                            default -> mailbox.addShort(() -> done.add(task));
                        }
                    }
                }));
            }
            for (Thread producer : producers) {
                producer.join();
            }
            mailbox.stop();
        }
        assertThat(done).hasSize(80_000);
        int[] next = new int[4];
        done.forEach(each -> assertThat(each.number()).isEqualTo(next[each.producer()]++));
    }

    @Test
    void afterAFailureNothingRunsAndItIsToldOnTheOwnThread() throws Exception {
        CompletableFuture<String> told = new CompletableFuture<>();
        Mailbox mailbox =
                new Mailbox("mailbox", thrown -> told.complete(thrown.getMessage() + " " + Thread.currentThread().getName()));
        mailbox.start();
        mailbox.addShort(() -> {
            throw new IllegalStateException("broken");
        });
        boolean[] ran = {false};
        mailbox.addShort(() -> ran[0] = true);
        assertThat(told.get(5, TimeUnit.SECONDS)).isEqualTo("broken mailbox");
        mailbox.stop();
        assertThat(ran[0]).isFalse();
    }
}
