package io.muster.rpc.internal.refs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.rpc.internal.wire.ObjectId;
import org.junit.jupiter.api.Test;

/** The holders of an object, whatever the order of messages. */
class OwnedObjectsTest {
  private static final ObjectId ID = new ObjectId(1, 10);

  private final OwnedObjects owned = new OwnedObjects();

  @Test
  void object_livesUntilItsLastHolderLetsGo() {
    owned.keep(ID, "object", 1, 10);
    assertThat(owned.hold(ID, 2, 1)).isTrue();
    assertThat(owned.holders()).containsExactly(1, 2);

    owned.release(ID, 1, 10);
    assertThat(owned.find(ID)).contains("object");
    owned.release(ID, 2, 1);

    assertThat(owned.find(ID)).isEmpty();
    assertThat(owned.size()).isZero();
    assertThat(owned.hold(ID, 3, 1)).isFalse();
  }

  @Test
  void release_thatALaterHoldHasOvertaken_doesNothing() {
    owned.keep(ID, "object", 1, 10);
    assertThat(owned.hold(ID, 2, 1)).isTrue();
    assertThat(owned.hold(ID, 2, 5)).isTrue();
    owned.release(ID, 1, 10);

    owned.release(ID, 2, 1);
    assertThat(owned.size()).isEqualTo(1);
    owned.release(ID, 2, 5);
    assertThat(owned.size()).isZero();
  }

  @Test
  void release_beforeTheObjectIsMade_keepsItFromBeingKept() {
    owned.release(ID, 1, 10);

    owned.keep(ID, "object", 1, 10);

    assertThat(owned.size()).isZero();
  }

  @Test
  void release_byWhoNeverHeldIt_doesNothing() {
    owned.release(ID, 2, 10);
    owned.keep(ID, "object", 1, 10);
    owned.release(ID, 2, 99);

    assertThat(owned.size()).isEqualTo(1);
  }

  @Test
  void holderThatDies_letsGoOfEverything() {
    ObjectId other = new ObjectId(1, 11);
    owned.keep(ID, "one", 1, 10);
    owned.keep(other, "two", 1, 11);
    assertThat(owned.hold(other, 2, 1)).isTrue();

    owned.forget(1);

    assertThat(owned.find(ID)).isEmpty();
    assertThat(owned.find(other)).contains("two");
    owned.forget(2);
    assertThat(owned.size()).isZero();
  }

  @Test
  void releasesOfObjectsThatNeverCome_areNotRememberedWithoutEnd() {
    for (int number = 0; number < 10_000; number++) {
      owned.release(new ObjectId(1, number), 1, number);
    }
    ObjectId forgotten = new ObjectId(1, 0);
    owned.keep(forgotten, "object", 1, 0);
    ObjectId remembered = new ObjectId(1, 9_999);
    owned.keep(remembered, "object", 1, 9_999);

    assertThat(owned.find(forgotten)).isPresent();
    assertThat(owned.find(remembered)).isEmpty();
  }

  /** Fault E8: another worker has created an object with this identifier. */
  @Test
  void keep_ofANameThatIsTaken_fails() {
    owned.keep(ID, "object", 1, 10);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> owned.keep(ID, "another", 1, 10))
        .withMessage("cannot be kept: there is an object 1.10 already");

    assertThat(owned.find(ID)).contains("object");
  }
}
