"""Every operation of torch.distributed.TCPStore on the server whose port is given.

Prints "= " and how many tests ran; fails if one of them failed. The caller has set the key
"from java" to "hello", and reads "from python" afterwards.
"""

import datetime
import os
import signal
import sys
import threading
import unittest

import torch.distributed as dist

PORT = int(sys.argv.pop(1))
SHORT = datetime.timedelta(milliseconds=50)
LONG = datetime.timedelta(seconds=20)


def connect(**options):
    options.setdefault("wait_for_workers", False)
    return dist.TCPStore("127.0.0.1", PORT, is_master=False, timeout=LONG, **options)


class ClientTest(unittest.TestCase):
    def setUp(self):
        self.store = connect()
        for key in self.store.list_keys():
            if not key.startswith("from "):
                self.store.delete_key(key)
        self.keys_before = self.store.num_keys()

    def in_background(self, work):
        """Starts work with a client of its own; the function returned waits for its result."""
        outcome = []
        client = self.store.clone()
        thread = threading.Thread(target=lambda: outcome.append(work(client)))
        thread.start()

        def result():
            thread.join(20)
            self.assertEqual(len(outcome), 1)
            return outcome[0]

        return result

    def test_what_java_set_is_read(self):
        self.assertEqual(self.store.get("from java"), b"hello")
        self.store.set("from python", "hello, too")

    def test_set_and_get(self):
        self.store.set("k", "first")
        self.store.set("k", "second")
        self.store.set("empty", "")
        self.store.set("é√😀", "ü")
        self.assertEqual(self.store.get("k"), b"second")
        self.assertEqual(self.store.get("empty"), b"")
        self.assertEqual(self.store.get("é√😀"), "ü".encode())
        self.assertEqual(self.store.num_keys(), self.keys_before + 3)

    def test_values_up_to_8_mib(self):
        for length in (1439, 1440, 65536, 8 << 20):
            self.store.set("long", "x" * length)
            self.assertEqual(self.store.get("long"), b"x" * length)

    def test_add(self):
        self.assertEqual(self.store.add("n", 5), 5)
        self.assertEqual(self.store.add("n", -7), -2)
        self.assertEqual(self.store.get("n"), b"-2")
        self.store.set("n", " 12abc")
        self.assertEqual(self.store.add("n", 1), 13)

    def test_add_to_text_costs_this_client_its_connection(self):
        self.store.set("text", "abc")
        with self.assertRaises(dist.DistNetworkError):
            self.store.add("text", 1)
        self.assertEqual(connect().get("text"), b"abc")

    def test_compare_set(self):
        self.assertEqual(self.store.compare_set("cas", "wrong", "new"), b"wrong")
        self.assertFalse(self.store.check(["cas"]))
        self.assertEqual(self.store.compare_set("cas", "", "one"), b"one")
        self.assertEqual(self.store.compare_set("cas", "wrong", "two"), b"one")
        self.assertEqual(self.store.compare_set("cas", "one", "two"), b"two")

    def test_check_and_delete_key(self):
        self.store.multi_set(["a", "b"], ["1", "2"])
        self.assertTrue(self.store.check(["a", "b"]))
        self.assertFalse(self.store.check(["a", "c"]))
        self.assertTrue(self.store.check([]))
        self.assertTrue(self.store.delete_key("a"))
        self.assertFalse(self.store.delete_key("a"))
        self.assertFalse(self.store.check(["a"]))

    def test_append(self):
        self.assertTrue(self.store.has_extended_api())
        self.store.append("foo", "po")
        self.store.append("foo", "tato")
        self.assertEqual(self.store.get("foo"), b"potato")

    def test_multi_get_and_multi_set(self):
        self.store.multi_set(["a", "b", "c"], ["1", "", "3"])
        self.assertEqual(self.store.multi_get(["c", "b", "a", "c"]), [b"3", b"", b"1", b"3"])

    def test_list_keys(self):
        self.store.set("listed", "")
        self.assertIn("listed", self.store.list_keys())
        self.assertNotIn("init/", self.store.list_keys())

    def test_wait_times_out_and_leaves_the_store_usable(self):
        with self.assertRaisesRegex(dist.DistStoreError, "wait timeout after 50ms, keys: /no, /neither"):
            self.store.wait(["no", "neither"], SHORT)
        self.store.set_timeout(SHORT)
        self.assertEqual(self.store.timeout, SHORT)
        with self.assertRaisesRegex(dist.DistStoreError, "timeout after 50ms"):
            self.store.get("no")
        with self.assertRaisesRegex(dist.DistStoreError, "timeout after 50ms"):
            self.store.multi_get(["no", "neither"])
        self.store.set("no", "now")
        self.assertEqual(self.store.get("no"), b"now")

    def test_get_returns_what_comes_meanwhile(self):
        for write in (
            lambda: self.store.set("late", "1"),
            lambda: self.store.add("late", 1),
            lambda: self.store.append("late", "1"),
            lambda: self.store.multi_set(["late"], ["1"]),
            lambda: self.store.compare_set("late", "", "1"),
        ):
            reading = self.in_background(lambda store: store.get("late"))
            write()
            self.assertEqual(reading(), b"1")
            self.store.delete_key("late")

    def test_signals_do_not_end_a_wait(self):
        seen = []
        signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))
        main = threading.main_thread().ident

        def disturb(store):
            for _ in range(20):
                signal.pthread_kill(main, signal.SIGUSR1)
                store.add("disturbed", 1)
            store.set("disturbed enough", "v")
            return True

        disturbing = self.in_background(disturb)
        self.store.wait(["disturbed enough"], LONG)
        self.assertTrue(disturbing())
        self.assertEqual(self.store.add("disturbed", 0), 20)
        self.assertGreater(len(seen), 0)

    def test_queues(self):
        self.assertFalse(self.store.check(["q"]))
        self.store.queue_push("q", "1")
        self.store.queue_push("q", "")
        self.assertTrue(self.store.check(["q"]))
        self.assertEqual(self.store.queue_len("q"), 2)
        self.store.wait(["q"], LONG)
        self.assertEqual(self.store.queue_pop("q"), b"1")
        self.assertEqual(self.store.queue_pop("q"), b"")
        self.assertEqual(self.store.queue_len("q"), 0)
        with self.assertRaisesRegex(dist.QueueEmptyError, "empty"):
            self.store.queue_pop("q", False)
        self.store.set_timeout(SHORT)
        with self.assertRaisesRegex(dist.DistStoreError, "timeout"):
            self.store.queue_pop("q")
        self.assertEqual(self.store.num_keys(), self.keys_before)

    def test_queues_in_both_directions(self):
        def answer(store):
            for _ in range(100):
                store.queue_push("answers", store.queue_pop("questions").decode())
            return True

        answering = self.in_background(answer)
        for i in range(100):
            self.store.queue_push("questions", str(i))
            self.assertEqual(self.store.queue_pop("answers"), str(i).encode())
        self.assertTrue(answering())

    @unittest.skipUnless(hasattr(dist.TCPStore, "barrier"), "this torch has no Store.barrier")
    def test_barrier(self):
        coming = [self.in_background(lambda store: store.barrier("b", 3)) for _ in range(2)]
        self.store.barrier("b", 3)
        self.assertEqual([came() for came in coming], [None, None])
        self.store.barrier("b", 3, SHORT)
        self.store.barrier("alone", 1)
        for _ in range(2):
            with self.assertRaisesRegex(dist.DistStoreError, "barrier timeout after 50ms, key: c"):
                self.store.barrier("c", 2, SHORT)

    def test_clone(self):
        clone = self.store.clone()
        self.assertIsInstance(clone, dist.Store)
        self.store.set("cloned", "v")
        self.assertEqual(clone.get("cloned"), b"v")

    def test_prefixes(self):
        inner = dist.PrefixStore("inner", dist.PrefixStore("outer", self.store))
        inner.set("k", "v")
        self.assertEqual(self.store.get("outer/inner/k"), b"v")
        self.assertEqual(inner.get("k"), b"v")
        self.assertEqual(inner.add("n", 2), 2)
        inner.append("k", "w")
        inner.multi_set(["a"], ["1"])
        self.assertEqual(inner.multi_get(["a", "k"]), [b"1", b"vw"])
        self.assertEqual(inner.compare_set("k", "vw", "x"), b"x")
        inner.queue_push("q", "item")
        self.assertEqual(self.store.queue_pop("outer/inner/q"), b"item")
        self.assertEqual(sorted(inner.list_keys()), ["a", "k", "n"])
        self.assertTrue(inner.delete_key("k"))
        self.assertFalse(inner.check(["k"]))
        with self.assertRaisesRegex(dist.DistStoreError, "keys: /outer/inner/no"):
            inner.wait(["no"], SHORT)
        self.assertIs(type(inner._underlying_non_prefix_store), dist.TCPStore)

    @unittest.skipUnless(hasattr(dist.Store, "barrier"), "this torch has no Store.barrier")
    def test_barrier_of_a_prefix(self):
        coming = self.in_background(lambda store: dist.PrefixStore("p", store).barrier("b", 2))
        dist.PrefixStore("p", self.store).barrier("b", 2)
        self.assertIsNone(coming())

    def test_workers_join(self):
        clients = [connect(world_size=2, wait_for_workers=True) for _ in range(2)]
        clients[0].set("world", "v")
        self.assertEqual(clients[1].get("world"), b"v")
        self.assertNotIn("init/", self.store.list_keys())

    def test_many_clients(self):
        def add(store):
            return [store.add("many", 1) for _ in range(200)]

        adding = [self.in_background(add) for _ in range(8)]
        sums = [one for added in adding for one in added()]
        self.assertEqual(sorted(sums), list(range(1, 1601)))


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=2).result
    for test, why in result.skipped:
        print("NOT TESTED:", test, "because", why)
    print("=", result.testsRun - len(result.skipped), flush=True)
    # Without waiting for the threads of a test that failed.
    os._exit(0 if result.wasSuccessful() else 1)
