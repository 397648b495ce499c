// Stand-in for UnityEditor.Undo.
//
// Models (UnityCsReference Editor/Mono/Undo/Undo.bindings.cs; docs: Undo.RecordObject.html,
// Undo.RegisterCreatedObjectUndo.html):
//   - a recorded object is compared at the end of the event; only properties that changed are kept, with ABSOLUTE old
//     and new values, so an undo also takes back what somebody else wrote to the same property since
//   - undoing a creation destroys the object with everything that is below it by then; redoing brings that back
//   - undo and redo are themselves published as object changes, then undoRedoPerformed is raised
//   - steps of one group are undone together; a new step drops the redo side
//   - on prefab instances, recorded changes become overrides without further calls
using System;
using System.Collections.Generic;
using System.Linq;
using UnityEngine;
using UnityStandIn;

namespace UnityEditor
{
    public static class Undo
    {
        private sealed class Step
        {
            public int Group;
            public Action Back;
            public Action Forth;
        }

        private static readonly List<Step> s_Done = new List<Step>();
        private static readonly List<Step> s_Undone = new List<Step>();
        private static readonly Dictionary<UnityEngine.Object, Dictionary<string, object>> s_Recorded =
            new Dictionary<UnityEngine.Object, Dictionary<string, object>>();
        private static int s_Group;

        public delegate void UndoRedoCallback();
        public static UndoRedoCallback undoRedoPerformed;

        public static int GetCurrentGroup() { return s_Group; }
        public static void IncrementCurrentGroup() { FlushUndoRecordObjects(); s_Group++; }

        public static void RecordObject(UnityEngine.Object target, string name)
        {
            if (!s_Recorded.ContainsKey(target)) s_Recorded[target] = PropertyVisitor.Read(target);
        }

        public static void FlushUndoRecordObjects()
        {
            foreach (KeyValuePair<UnityEngine.Object, Dictionary<string, object>> recorded in s_Recorded.ToArray())
            {
                s_Recorded.Remove(recorded.Key);
                if (recorded.Key != null) KeepDifference(recorded.Key, recorded.Value);
            }
        }

        public static void RegisterCreatedObjectUndo(UnityEngine.Object created, string name)
        {
            int id = created.NativeId;
            Snapshot kept = null;
            Push(() => { kept = Take(id); }, () => Bring(kept));
            ObjectChangeEvents.Note(ObjectChangeKind.CreateGameObjectHierarchy, id);
        }

        public static void DestroyObjectImmediate(UnityEngine.Object target)
        {
            int id = target.NativeId;
            Snapshot kept = Take(id);
            Push(() => Bring(kept), () => { kept = Take(id); });
        }

        public static void SetTransformParent(Transform transform, Transform parent, string name)
        {
            FlushUndoRecordObjects();
            int id = transform.gameObject.NativeId;
            Action back = PlaceOf(transform);
            transform.SetParent(parent, true);
            Action forth = PlaceOf(transform);
            Push(() => { back(); NoteParent(id); }, () => { forth(); NoteParent(id); });
            NoteParent(id);
        }

        public static void PerformUndo()
        {
            FlushUndoRecordObjects();
            Move(s_Done, s_Undone, step => step.Back());
        }

        public static void PerformRedo()
        {
            FlushUndoRecordObjects();
            Move(s_Undone, s_Done, step => step.Forth());
        }

        public static void ClearAll()
        {
            s_Done.Clear();
            s_Undone.Clear();
            s_Recorded.Clear();
        }

        private static void Move(List<Step> from, List<Step> to, Action<Step> run)
        {
            if (from.Count == 0) return;
            int group = from[from.Count - 1].Group;
            while (from.Count > 0 && from[from.Count - 1].Group == group)
            {
                Step step = from[from.Count - 1];
                from.RemoveAt(from.Count - 1);
                run(step);
                to.Add(step);
            }
            s_Group++;
            if (undoRedoPerformed != null) undoRedoPerformed();
        }

        private static void Push(Action back, Action forth)
        {
            s_Undone.Clear();
            s_Done.Add(new Step { Group = s_Group, Back = back, Forth = forth });
            OpenScene.IsDirty = true;
        }

        private static void KeepDifference(UnityEngine.Object target, Dictionary<string, object> before)
        {
            Dictionary<string, object> after = PropertyVisitor.Read(target);
            var old = before.Where(pair => !Equals(pair.Value, after[pair.Key])).ToDictionary(pair => pair.Key,
                pair => pair.Value);
            if (old.Count == 0) return;
            var fresh = old.ToDictionary(pair => pair.Key, pair => after[pair.Key]);
            int id = target.NativeId;
            Push(() => WriteTo(id, old), () => WriteTo(id, fresh));
            PrefabModel.Record(target);
            ObjectChangeEvents.Note(ObjectChangeKind.ChangeGameObjectOrComponentProperties, id);
        }

        // An object that is gone for good is skipped, as Unity skips it.
        private static void WriteTo(int id, Dictionary<string, object> values)
        {
            UnityEngine.Object target = UnityEngine.Object.FindById(id);
            if (target == null) return;
            PropertyVisitor.Write(target, values);
            ObjectChangeEvents.Note(ObjectChangeKind.ChangeGameObjectOrComponentProperties, id);
        }

        private static void Bring(Snapshot kept)
        {
            if (kept == null) return;
            kept.Build(Snapshot.Ids.Same);
            ObjectChangeEvents.Note(ObjectChangeKind.CreateGameObjectHierarchy, kept.Id);
        }

        // Null when it is gone already: destroyed without an undo step meanwhile.
        private static Snapshot Take(int id)
        {
            var target = UnityEngine.Object.FindById(id) as GameObject;
            if (target == null) return null;
            Snapshot kept = Snapshot.Of(target);
            UnityEngine.Object.DestroyImmediate(target);
            ObjectChangeEvents.Note(ObjectChangeKind.DestroyGameObjectHierarchy, id);
            return kept;
        }

        private static Action PlaceOf(Transform transform)
        {
            int id = transform.gameObject.NativeId;
            int parentId = transform.Parent == null ? 0 : transform.Parent.gameObject.NativeId;
            int index = transform.GetSiblingIndex();
            Dictionary<string, object> values = PropertyVisitor.Read(transform);
            return () =>
            {
                var target = UnityEngine.Object.FindById(id) as GameObject;
                var parent = UnityEngine.Object.FindById(parentId) as GameObject;
                if (target == null || (parentId != 0 && parent == null)) return;
                target.transform.SetParent(parent == null ? null : parent.transform, false);
                target.transform.SetSiblingIndex(index);
                PropertyVisitor.Write(target.transform, values);
            };
        }

        private static void NoteParent(int id)
        {
            ObjectChangeEvents.Note(ObjectChangeKind.ChangeGameObjectParent, id);
        }
    }
}
