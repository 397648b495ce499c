// Capture, outbox, applying and listing, on paper.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VibeSync.Core;

namespace VibeSync.Tests
{
    public static class SyncTests
    {
        public static void NothingIsSentForWhatTheHubWrote()
        {
            Bench bench = Listed(1);
            bench.Receive(PaperScene.Id(1), "name", "Remote", 1000, 5);
            bench.Run();
            Expect.Equal("Remote", bench.Scene.Entities[PaperScene.Id(1)].Fields["name"], "written");
            Expect.Equal(0, bench.Sent().Count, "[WIRE-18] operations sent");
        }

        public static void AnOlderStampChangesNothingAndAnEqualOneOnlyWhenAgreed()
        {
            Bench bench = Listed(1);
            string uuid = PaperScene.Id(1);
            bench.Receive(uuid, "name", "First", 1000, 5);
            bench.Run();
            bench.Receive(uuid, "name", "Older", 999, 6);
            bench.Receive(uuid, "name", "Equal", 1000, 7);
            bench.Run();
            Expect.Equal("First", bench.Scene.Entities[uuid].Fields["name"], "[WIRE-9] name");
            var agreed = new IncomingField { Value = "Agreed", Stamp = 1000, IsAgreed = true };
            bench.Incoming.Set(uuid, "name", agreed, 8);
            bench.Run();
            Expect.Equal("Agreed", bench.Scene.Entities[uuid].Fields["name"], "[WIRE-14] an agreed value is put back");
        }

        public static void AnEditNotYetNoticedIsNewerThanWhatArrives()
        {
            Bench bench = Listed(1);
            string uuid = PaperScene.Id(1);
            bench.Scene.Entities[uuid].Fields["name"] = "Mine";
            bench.Receive(uuid, "name", "Theirs", 1000, 5);
            bench.Run();
            Expect.Equal("Mine", bench.Scene.Entities[uuid].Fields["name"], "the user's value stays");
            JsonObject op = bench.Sent().Single();
            Expect.Equal("Mine", ((JsonObject)op["fields"])["name"], "and is sent");
            Expect.That(bench.Shadow.EntityOrNull(uuid).Cells["name"].Stamp > 1000, "[WIRE-8] with a stamp above");
        }

        public static void AHeldEntityWaitsAndTheOthersDoNot()
        {
            Bench bench = Listed(2);
            string held = PaperScene.Id(1), free = PaperScene.Id(2);
            bench.Scene.Held.Add(held);
            bench.Receive(held, "name", "A", 1000, 5);
            bench.Receive(free, "name", "B", 1000, 6);
            bench.Run();
            Expect.Equal("Object 1", bench.Scene.Entities[held].Fields["name"], "[WIRE-24] held");
            Expect.Equal("B", bench.Scene.Entities[free].Fields["name"], "free");
            Expect.Equal(4L, bench.Incoming.AppliedLsn, "the place to go on from is before what waits");
            bench.Scene.Held.Clear();
            bench.Run();
            Expect.Equal("A", bench.Scene.Entities[held].Fields["name"], "released");
            Expect.Equal(6L, bench.Incoming.AppliedLsn, "everything is applied");
        }

        public static void AnEditSaysWhatItHadSeen()
        {
            Bench bench = Listed(2);
            string held = PaperScene.Id(1), free = PaperScene.Id(2);
            bench.Receive(free, "name", "A", 1000, 5);
            bench.Run();
            Expect.Equal(5L, BaseOfRename(bench, free), "[WIRE-35] all that came");
            bench.Scene.Held.Add(held);
            bench.Receive(held, "name", "B", 1010, 7);
            bench.Receive(free, "visible", false, 1010, 9);
            bench.Run();
            Expect.Equal(9L, BaseOfRename(bench, free), "[WIRE-35] what waits for another does not count");
            Expect.Equal(6L, BaseOfRename(bench, held), "[WIRE-35] what waits for it was not seen");
        }

        private static long BaseOfRename(Bench bench, string uuid)
        {
            bench.Scene.Entities[uuid].Fields["name"] += " again";
            bench.Capture.All();
            return Bench.Parse(bench.Writer.Write(1).Single().TextOrNull).Long("base", -1);
        }

        public static void AChildWaitsForItsParent()
        {
            Bench bench = Listed(0);
            string parent = PaperScene.Id(1), child = PaperScene.Id(2);
            bench.Incoming.Create(child, FieldTable.Object, 1000, 5);
            bench.Receive(child, "parent", parent, 1000, 5);
            bench.Run();
            Expect.That(!bench.Scene.Exists(child), "the child is not there before its parent");
            bench.Incoming.Create(parent, FieldTable.Object, 1010, 6);
            bench.Receive(parent, "name", "P", 1010, 6);
            bench.Run();
            bench.Run();
            Expect.Equal(parent, bench.Scene.Entities[child].Fields["parent"], "then it is");
        }

        public static void AParentThatWouldMakeACircleWaits()
        {
            Bench bench = Listed(2);
            string one = PaperScene.Id(1), two = PaperScene.Id(2);
            bench.Scene.Entities[one].Fields["parent"] = two;
            bench.Sent();
            bench.Receive(two, "parent", one, 1000, 5);
            bench.Run();
            Expect.Equal(null, bench.Scene.Entities[two].Fields["parent"], "not while the user's move is not judged");
            Expect.Equal("parent", PendingOf(bench, two, "parent").Single(), "[WIRE-26] pending");
            bench.Receive(one, "parent", null, 2000, 6);
            bench.Run();
            bench.Run();
            Expect.Equal(one, bench.Scene.Entities[two].Fields["parent"], "the hub put the user's move back");
            Expect.Equal(0, PendingOf(bench, two, "parent").Count, "and nothing is pending");
        }

        public static void BeingThereOrNotIsPendingLikeAValue()
        {
            Bench bench = Listed(1);
            string uuid = PaperScene.Id(1);
            LiveEntity gone = bench.Scene.Entities[uuid];
            bench.Scene.Entities.Remove(uuid);
            bench.Sent();
            Expect.Equal("name", PendingOf(bench, uuid, "name").Single(), "[WIRE-26] a deletion on its way");
            bench.Scene.Entities[uuid] = gone;
            bench.Sent();
            Expect.Equal("name", PendingOf(bench, uuid).Single(), "made again, and the hub takes it for deleted");
        }

        private static List<string> PendingOf(Bench bench, string uuid, params string[] fields)
        {
            var verifier = new Verifier(bench.Scene, bench.Outbox, bench.Capture, bench.Incoming, bench.Applier);
            var request = new VerifyRequest { Batch = 1, Lsn = 1 };
            request.Items.Add(new KeyValuePair<string, string[]>(uuid, fields));
            var item = (JsonObject)((JsonArray)verifier.Verified(request, 1)["items"]).Single();
            object pending;
            return item.TryGetValue("pending", out pending) ? (List<string>)pending : new List<string>();
        }

        public static void AParentThatWouldNotBeWrittenIsNotWaitedFor()
        {
            Bench bench = Listed(1);
            string living = PaperScene.Id(1), gone = PaperScene.Id(2);
            bench.Receive(living, "parent", null, 2000, 5);
            bench.Receive(gone, "parent", PaperScene.Id(9), 1000, 6);
            bench.Run();
            bench.Receive(living, "parent", PaperScene.Id(9), 1000, 7);
            bench.Run();
            Expect.Equal(0, bench.Incoming.WaitingCount, "records that wait");
        }

        public static void AParentThatHangsBelowItsChildIsWaitedFor()
        {
            Bench bench = Listed(2);
            string upper = PaperScene.Id(1), lower = PaperScene.Id(2);
            bench.Scene.Entities[upper].Fields["parent"] = lower;
            bench.Capture.Entity(upper);
            bench.Receive(lower, "parent", upper, 1000, 5);
            bench.Run();
            Expect.Equal(null, bench.Scene.Entities[lower].Fields["parent"], "no circle");
            bench.Receive(upper, "parent", null, 9000, 6);
            bench.Run();
            bench.Run();
            Expect.Equal(upper, bench.Scene.Entities[lower].Fields["parent"], "[WIRE-20] and no lost parent");
        }

        public static void EditsOfOneFieldCoalesce()
        {
            Bench bench = Listed(1);
            FieldMap fields = bench.Scene.Entities[PaperScene.Id(1)].Fields;
            for (int step = 1; step <= 100; step++)
            {
                fields["translation"] = new double[] { step, 0, 0 };
                bench.Capture.Entity(PaperScene.Id(1));
            }
            List<SentChange> sent = bench.Writer.Write(1);
            string code;
            TransformFrame frame = TransformFrame.DecodeOrNull(sent.Single().BytesOrNull, out code);
            Expect.Equal(100.0, frame.Rows.Single().Values[0], "the last value");
            Expect.Equal(Generated.MaskBits.Translation, frame.Rows.Single().Mask, "[WIRE-22] mask");
        }

        public static void CreationsComeParentsFirstAndDeletionsLast()
        {
            Bench bench = Listed(1);
            bench.Scene.Entities.Remove(PaperScene.Id(1));
            string leaf = bench.Scene.Put(9), middle = bench.Scene.Put(5), top = bench.Scene.Put(7);
            bench.Scene.Entities[leaf].Fields["parent"] = middle;
            bench.Scene.Entities[middle].Fields["parent"] = top;
            List<JsonObject> ops = bench.Sent();
            string order = string.Join(" ", ops.Select(op => op["op"] + ":" + ((string)op["uuid"]).Last()).ToArray());
            Expect.Equal("create:7 create:5 create:9 delete:1", order, "[WIRE-17] order");
        }

        public static void WhatWasMadeAndDeletedBeforeItWasSentIsNotSent()
        {
            Bench bench = Listed(0);
            string uuid = bench.Scene.Put(1);
            bench.Capture.All();
            bench.Scene.Entities.Remove(uuid);
            Expect.Equal(0, bench.Sent().Count, "operations");
        }

        public static void LargeChangesAreSplitWithinTheLimits()
        {
            Bench bench = Listed(0);
            for (int number = 1; number <= 4500; number++) bench.Scene.Put(number);
            bench.Capture.All();
            List<SentChange> sent = bench.Writer.Write(1);
            Expect.Equal(3, sent.Count, "[WIRE-30] messages");
            Expect.That(sent.All(change => change.TextOrNull.Length <= Generated.Limits.TextFrameBytesMax), "bytes");
            Expect.Equal("1 2 3", string.Join(" ", sent.Select(change => change.Seq.ToString()).ToArray()),
                "[WIRE-10] seq");
            Expect.Equal(1, sent.Select(change => change.Stamp).Distinct().Count(), "stamps");
        }

        public static void ADeletionSparesChildrenThatAreNotDeleted()
        {
            Bench bench = Listed(0);
            string top = bench.Scene.Put(1), kept = bench.Scene.Put(2, top), gone = bench.Scene.Put(3, top);
            bench.Index(true);
            bench.Incoming.Delete(top, 1000, false, 5);
            bench.Incoming.Delete(gone, 1000, false, 5);
            bench.Run();
            Expect.Equal(kept, bench.Scene.Uuids().Single(), "[WIRE-19] what is left");
            JsonObject op = bench.Sent().Single();
            Expect.Equal("set", op["op"], "only the spared child is told");
            Expect.That(bench.Shadow.TombstoneOrNull(gone).IsRemote, "the other one is the hub's deletion");
        }

        public static void ADeletionOlderThanTheCreationIsIgnored()
        {
            Bench bench = Listed(0);
            string uuid = bench.Scene.Put(1);
            bench.Clock.Observe(2000);
            bench.Sent();
            bench.Incoming.Delete(uuid, 1000, false, 5);
            bench.Run();
            Expect.That(bench.Scene.Exists(uuid), "it lives");
        }

        public static void NumbersThatAreNotFiniteStayHere()
        {
            Bench bench = Listed(1);
            string told = null;
            bench.Capture.Faulted += (code, sentence, uuid) => told = code;
            bench.Scene.Entities[PaperScene.Id(1)].Fields["translation"] = new[] { double.NaN, 0, 0 };
            Expect.Equal(0, bench.Sent().Count, "operations");
            Expect.Equal("E_NOT_FINITE", told, "the fault");
        }

        public static void WhatCannotBeWrittenIsReported()
        {
            Bench bench = Listed(1);
            string told = null;
            bench.Applier.Faulted += (code, uuid) => told = code;
            bench.Scene.RefuseWith = "E_APPLY";
            bench.Receive(PaperScene.Id(1), "name", "X", 1000, 5);
            bench.Run();
            Expect.Equal("E_APPLY", told, "the fault");
            Expect.Equal("E_APPLY", bench.Applier.FailureOrNull(PaperScene.Id(1)), "for the verification");
        }

        public static void ListingStampsTellSavedFromUnsavedWork()
        {
            Bench bench = Listed(3);
            long agreed = bench.Shadow.EntityOrNull(PaperScene.Id(1)).Cells["name"].Stamp;
            bench.Scene.Entities[PaperScene.Id(1)].Fields["name"] = "Offline";
            bench.Scene.Entities.Remove(PaperScene.Id(2));
            bench.Scene.Put(4);
            JsonObject page = bench.Index(true).Single();
            List<JsonObject> items = ((JsonArray)page["entities"]).Cast<JsonObject>().ToList();
            Func<int, JsonObject> listed = number => items.Find(item => (string)item["uuid"] == PaperScene.Id(number));
            Expect.Equal(agreed, listed(1).Long("stamp", -1), "[WIRE-14] what is equal keeps its stamp");
            Expect.That(((JsonObject)listed(1)["stamps"]).Long("name", -1) > agreed, "what changed gets a new one");
            Expect.Equal(agreed, listed(3).Long("stamp", -1), "untouched");
            Expect.That(listed(4).Long("stamp", -1) > agreed, "made offline");
            var deleted = (JsonObject)((JsonArray)page["deleted"]).Single();
            Expect.Equal(PaperScene.Id(2), deleted["uuid"], "deleted offline");
            Expect.That(deleted.Long("stamp", -1) > agreed, "with a new stamp");
        }

        public static void WithoutABaseEverythingIsStampedZero()
        {
            var bench = new Bench();
            bench.Scene.Put(1);
            JsonObject page = bench.Index(false).Single();
            Expect.Equal(0L, ((JsonObject)((JsonArray)page["entities"]).Single()).Long("stamp", -1), "[WIRE-14] stamp");
        }

        public static void LongListsComeInPages()
        {
            Bench bench = Listed(0);
            for (int number = 1; number <= 2500; number++) bench.Scene.Put(number);
            List<JsonObject> pages = bench.Index(true);
            Expect.Equal(2500, pages.Sum(page => ((JsonArray)page["entities"]).Count), "[WIRE-13] entities");
            Expect.That(pages.Count >= 3, "pages");
            Expect.Equal(1, pages.Count(page => (bool)page["last"]), "last pages");
            string numbers = string.Join(" ", pages.Select(page => page["page"].ToString()).ToArray());
            Expect.Equal(string.Join(" ", Enumerable.Range(0, pages.Count).Select(n => n.ToString()).ToArray()),
                numbers, "order");
        }

        public static void StateSurvivesADomainReload()
        {
            Bench bench = Listed(2);
            bench.Scene.Entities[PaperScene.Id(1)].Fields["translation"] = new double[] { 0.1, -0.0, 1e-9 };
            bench.Scene.Entities[PaperScene.Id(2)].Fields["name"] = "Ünïcode \"quoted\" \\ \u0001";
            bench.Capture.All();
            bench.Writer.Write(7);
            bench.Scene.Put(3);
            bench.Capture.All();
            var state = new SavedState
            {
                Instance = PaperScene.Id(99), Epoch = 7, Lsn = 42, IsTracking = true, Shadow = bench.Shadow,
                Outbox = bench.Outbox, Clock = bench.Clock,
            };
            object json;
            string error;
            Expect.That(JsonReader.TryRead(state.ToJson(), out json, out error), error);
            SavedState read = SavedState.FromJsonOrNull(json, PaperScene.Id(99));
            Expect.Equal(state.ToJson(), read.ToJson(), "the state");
            Expect.Equal(null, SavedState.FromJsonOrNull(json, PaperScene.Id(98)), "another process's state");
        }

        public static void TheSidecarKeepsTheGenerationsOfTwoSaves()
        {
            string folder = Path.Combine(Path.GetTempPath(), "vibesync-" + Uuids.New());
            Bench bench = Listed(1);
            var sidecar = new Sidecar(Path.Combine(folder, "a/b.json"));
            sidecar.Write("first", bench.Shadow);
            bench.Shadow.EntityOrNull(PaperScene.Id(1)).Cells["name"].Value = "Second";
            sidecar.Write("second", bench.Shadow);
            Expect.Equal("Object 1", NameIn(sidecar, "first"), "a crash before the scene was written");
            Expect.Equal("Second", NameIn(sidecar, "second"), "the ordinary case");
            sidecar.Write("third", bench.Shadow);
            Expect.Equal(null, NameIn(sidecar, "first"), "no match, no base");
            File.WriteAllText(Path.Combine(folder, "a/b.json"), "{\"version\":1,\"generations\":[{\"save\":\"x\"");
            Expect.Equal(null, NameIn(sidecar, "third"), "half a file is no file");
            Directory.Delete(folder, true);
        }

        public static void WorkThatAnUndoRevertedIsPutBackByItsWriter()
        {
            Bench bench = Listed(1);
            string uuid = PaperScene.Id(1);
            bench.Receive(uuid, "visible", false, 1000, 5);
            bench.Run();
            bench.Scene.Entities[uuid].Fields["visible"] = true;
            bench.Scene.Entities[uuid].Fields["name"] = "Before";
            bench.Capture.AfterUndo();
            Expect.Equal(false, bench.Scene.Entities[uuid].Fields["visible"], "the hub's value is put back");
            JsonObject op = bench.Sent().Single();
            Expect.Equal("name", ((JsonObject)op["fields"]).Keys.Single(), "the user's is an edit");
        }

        private static string NameIn(Sidecar sidecar, string saveId)
        {
            var shadow = new ShadowScene();
            if (!sidecar.TryRead(saveId, shadow, new StampClock())) return null;
            return (string)shadow.EntityOrNull(PaperScene.Id(1)).ValueOrNull("name");
        }

        private static Bench Listed(int count)
        {
            var bench = new Bench();
            bench.Clock.Observe(160);
            for (int number = 1; number <= count; number++) bench.Scene.Put(number);
            bench.Index(true);
            return bench;
        }
    }
}
