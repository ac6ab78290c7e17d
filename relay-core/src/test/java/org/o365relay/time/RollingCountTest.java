package org.o365relay.time;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.o365relay.time.RollingCount.Slot;

class RollingCountTest {

    private static final long SLOT = 1000;
    private static final long START = 50 * SLOT + 300;

    /// Four slots: the current one is number 50.
    private final RollingCount count = new RollingCount(SLOT, 4, START);

    @Test
    void countsTheNewestSlots() {
        count.add(1);
        count.moveTo(START + SLOT);
        count.add(2);
        count.moveTo(START + 3 * SLOT);
        count.add(4);
        assertThat(count.sum(1)).isEqualTo(4);
        assertThat(count.sum(3)).isEqualTo(6);
        assertThat(count.sum(4)).isEqualTo(7);
        assertThat(count.slots()).containsExactly(new Slot(50, 1), new Slot(51, 2), new Slot(53, 4));
        assertThat(count.count(51)).isEqualTo(2);
        assertThat(count.count(52)).isZero();
        assertThat(count.count(54)).isZero();
    }

    @Test
    void dropsASlotThatHasLeftTheWindow() {
        count.add(1);
        count.moveTo(START + 3 * SLOT);
        assertThat(count.sum(4)).isEqualTo(1);
        count.moveTo(START + 4 * SLOT);
        assertThat(count.sum(4)).isZero();
        assertThat(count.count(50)).isZero();
    }

    @Test
    void dropsAllSlotsAfterALongTime() {
        count.add(1);
        count.moveTo(START + 1_000_000 * SLOT);
        assertThat(count.sum(4)).isZero();
        assertThat(count.slots()).isEmpty();
    }

    @Test
    void addsToAnEarlierSlot() {
        count.add(48, 5);
        count.add(46, 7); // expired
        count.add(60, 1); // in the future
        assertThat(count.slots()).containsExactly(new Slot(48, 5), new Slot(50, 1));
        count.add(48, -9);
        assertThat(count.slots()).containsExactly(new Slot(50, 1));
    }

    @Test
    void emptiesFutureSlotsWhenTheClockIsSetBack() {
        count.add(49, 1);
        count.add(2);
        assertThat(count.moveTo(START - SLOT)).containsExactly(new Slot(50, 2));
        assertThat(count.sum(4)).isEqualTo(1);
        count.moveTo(START);
        assertThat(count.sum(4)).isEqualTo(1);
    }

    @Test
    void carriesTheCountsOfFutureSlotsToTheCurrentSlot() {
        count.add(49, 1);
        count.add(2);
        assertThat(count.moveToKeepingCounts(START - 20 * SLOT)).containsExactly(new Slot(49, 1), new Slot(50, 2));
        assertThat(count.slots()).containsExactly(new Slot(30, 3));
    }

    @Test
    void findsWhenTheSumFallsBelowAThreshold() {
        count.add(47, 3);
        count.add(49, 2);
        assertThat(count.timeBelow(4, 6)).as("already below").isEqualTo(50 * SLOT);
        assertThat(count.timeBelow(4, 5)).as("when slot 47 leaves").isEqualTo(51 * SLOT);
        assertThat(count.timeBelow(4, 2)).as("when slot 49 leaves").isEqualTo(53 * SLOT);
        assertThat(count.timeBelow(4, 0)).as("never; at the latest").isEqualTo(54 * SLOT);
    }

    @Test
    void doesNotOverflow() {
        count.add(Integer.MAX_VALUE);
        count.add(1);
        assertThat(count.sum(1)).isEqualTo(Integer.MAX_VALUE);
    }
}
