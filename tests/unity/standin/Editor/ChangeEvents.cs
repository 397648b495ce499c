// Stand-in for ObjectChangeEvents: undoable changes only, gathered over a frame and published once.
// Docs: ScriptReference/ObjectChangeEvents-changesPublished.html; UnityCsReference
// Editor/Mono/Undo/EditorObjectChangeEvents.cs. What is done without Undo (scripts, importers, this package) is NOT
// published. EditorUtility.SetDirty raises ChangeScene, as in Unity, where that kind says nothing.
using System.Collections.Generic;
using UnityEngine;

namespace UnityEditor
{
    public enum ObjectChangeKind : ushort
    {
        None = 0, ChangeScene = 1, CreateGameObjectHierarchy = 2, ChangeGameObjectStructureHierarchy = 3,
        ChangeGameObjectStructure = 4, ChangeGameObjectParent = 5, ChangeGameObjectOrComponentProperties = 6,
        DestroyGameObjectHierarchy = 7, CreateAssetObject = 8, DestroyAssetObject = 9, ChangeAssetObjectProperties = 10,
        UpdatePrefabInstances = 11,
    }

#if UNITY_6000_4_OR_NEWER
    public struct ChangeGameObjectOrComponentPropertiesEventArgs { public EntityId entityId { get; internal set; } }
    public struct ChangeGameObjectParentEventArgs { public EntityId entityId { get; internal set; } }
#else
    public struct ChangeGameObjectOrComponentPropertiesEventArgs { public int instanceId { get; internal set; } }
    public struct ChangeGameObjectParentEventArgs { public int instanceId { get; internal set; } }
#endif

    public struct ObjectChangeEventStream
    {
        internal List<KeyValuePair<ObjectChangeKind, int>> Events;

        public int length { get { return Events.Count; } }
        public ObjectChangeKind GetEventType(int index) { return Events[index].Key; }

        public void GetChangeGameObjectOrComponentPropertiesEvent(
            int index, out ChangeGameObjectOrComponentPropertiesEventArgs data)
        {
            data = new ChangeGameObjectOrComponentPropertiesEventArgs();
#if UNITY_6000_4_OR_NEWER
            data.entityId = new EntityId { Raw = Events[index].Value };
#else
            data.instanceId = Events[index].Value;
#endif
        }

        public void GetChangeGameObjectParentEvent(int index, out ChangeGameObjectParentEventArgs data)
        {
            data = new ChangeGameObjectParentEventArgs();
#if UNITY_6000_4_OR_NEWER
            data.entityId = new EntityId { Raw = Events[index].Value };
#else
            data.instanceId = Events[index].Value;
#endif
        }
    }

    public static class ObjectChangeEvents
    {
        private static readonly List<KeyValuePair<ObjectChangeKind, int>> s_Pending =
            new List<KeyValuePair<ObjectChangeKind, int>>();

        public delegate void ObjectChangeEventsHandler(ref ObjectChangeEventStream stream);
        public static event ObjectChangeEventsHandler changesPublished;

        internal static void Note(ObjectChangeKind kind, int id)
        {
            s_Pending.Add(new KeyValuePair<ObjectChangeKind, int>(kind, id));
        }

        internal static void Publish()
        {
            if (s_Pending.Count == 0) return;
            var stream = new ObjectChangeEventStream { Events = null };
            stream.Events = new List<KeyValuePair<ObjectChangeKind, int>>(s_Pending);
            s_Pending.Clear();
            if (changesPublished != null) changesPublished(ref stream);
            // The engine owns the stream: whoever kept it finds nothing later.
            stream.Events.Clear();
        }

        internal static void DropSubscribers() { changesPublished = null; }
    }
}
