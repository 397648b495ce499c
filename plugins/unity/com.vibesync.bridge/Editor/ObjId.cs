// A handle of an object within this editor session: the only file that knows InstanceID from EntityId.
//
// Until 6000.3 Unity names objects by int, from 6000.4 by EntityId; the int members warn in 6000.4 and do not compile
// in 6000.5.
// Never stored: ids change with every opening of a scene. Identity across sessions is SyncId's.
using System;
using System.Collections.Generic;
using UnityEditor;
#if UNITY_6000_4_OR_NEWER
using Raw = UnityEngine.EntityId;
#else
using Raw = System.Int32;
#endif

namespace VibeSync.Editor
{
    /// <summary>Names a living object of this session.</summary>
    public struct ObjId : IEquatable<ObjId>
    {
        private Raw m_Raw;

        public static ObjId Of(UnityEngine.Object target)
        {
#if UNITY_6000_4_OR_NEWER
            return new ObjId { m_Raw = target.GetEntityId() };
#else
            return new ObjId { m_Raw = target.GetInstanceID() };
#endif
        }

        /// <summary>The object; null when it is destroyed.</summary>
        public UnityEngine.Object ResolveOrNull()
        {
#if UNITY_6000_4_OR_NEWER
            return EditorUtility.EntityIdToObject(m_Raw);
#else
            return EditorUtility.InstanceIDToObject(m_Raw);
#endif
        }

        /// <summary>
        /// Copies ids out of the engine's stream, which must not be kept. ChangeScene is noise (every SetDirty raises
        /// it); everything but changed values means that the hierarchy has to be looked at, and a move in it changes
        /// the moved object's values too.
        /// </summary>
        public static void Read(ref ObjectChangeEventStream stream, ICollection<ObjId> changed, ref bool isStructure)
        {
            for (int index = 0; index < stream.length; index++)
            {
                ObjectChangeKind kind = stream.GetEventType(index);
                if (kind == ObjectChangeKind.ChangeScene || kind == ObjectChangeKind.None) continue;
                bool isValues = kind == ObjectChangeKind.ChangeGameObjectOrComponentProperties;
                if (isValues) changed.Add(ChangedAt(ref stream, index));
                else isStructure = true;
                if (kind == ObjectChangeKind.ChangeGameObjectParent) changed.Add(MovedAt(ref stream, index));
            }
        }

        private static ObjId ChangedAt(ref ObjectChangeEventStream stream, int index)
        {
            ChangeGameObjectOrComponentPropertiesEventArgs data;
            stream.GetChangeGameObjectOrComponentPropertiesEvent(index, out data);
#if UNITY_6000_4_OR_NEWER
            return new ObjId { m_Raw = data.entityId };
#else
            return new ObjId { m_Raw = data.instanceId };
#endif
        }

        private static ObjId MovedAt(ref ObjectChangeEventStream stream, int index)
        {
            ChangeGameObjectParentEventArgs data;
            stream.GetChangeGameObjectParentEvent(index, out data);
#if UNITY_6000_4_OR_NEWER
            return new ObjId { m_Raw = data.entityId };
#else
            return new ObjId { m_Raw = data.instanceId };
#endif
        }

        public bool Equals(ObjId other)
        {
            return m_Raw.Equals(other.m_Raw);
        }

        public override bool Equals(object other)
        {
            return other is ObjId && Equals((ObjId)other);
        }

        public override int GetHashCode()
        {
            return m_Raw.GetHashCode();
        }
    }
}
