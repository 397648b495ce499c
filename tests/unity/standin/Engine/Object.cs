// Stand-in for UnityEngine.Object: instance ids, fake null, destruction, copying.
//
// Models: a destroyed object compares equal to null while its wrapper lives on (docs:
// ScriptReference/Object-operator_eq.html); instance ids are never reused within a session (UnityCsReference
// Runtime/Export/Scripting/UnityEngineObject.bindings.cs); Instantiate copies every serialised property, also those of
// hidden components (docs: ScriptReference/Object.Instantiate.html). From 6000.4 the id is an EntityId and
// GetInstanceID is gone from this stand-in, so that a stray use does not compile.
using System;
using System.Collections.Generic;

namespace UnityEngine
{
    [Flags]
    public enum HideFlags
    {
        None = 0, HideInHierarchy = 1, HideInInspector = 2, DontSaveInEditor = 4, NotEditable = 8, DontSaveInBuild = 16,
        DontUnloadUnusedAsset = 32, DontSave = 52, HideAndDontSave = 61,
    }

#if UNITY_6000_4_OR_NEWER
    public struct EntityId : IEquatable<EntityId>
    {
        internal int Raw;
        public bool Equals(EntityId other) { return Raw == other.Raw; }
        public override bool Equals(object other) { return other is EntityId && Equals((EntityId)other); }
        public override int GetHashCode() { return Raw; }
        public override string ToString() { return Raw.ToString(); }
        public static bool operator ==(EntityId a, EntityId b) { return a.Raw == b.Raw; }
        public static bool operator !=(EntityId a, EntityId b) { return a.Raw != b.Raw; }
    }
#endif

    public class Object
    {
        private static int s_NextId = -2;
        private static readonly Dictionary<int, Object> s_ById = new Dictionary<int, Object>();

        internal int NativeId;
        internal bool IsAlive = true;
        internal string NativeName = "";
        private HideFlags m_HideFlags;

        public Object() { Register(0); }

        /// <summary>Takes an id of before (an undone destruction), or the next one for 0.</summary>
        internal void Register(int id)
        {
            if (NativeId != 0) s_ById.Remove(NativeId);
            NativeId = id == 0 ? s_NextId -= 2 : id;
            s_ById[NativeId] = this;
        }

        internal static Object FindById(int id)
        {
            Object found;
            return s_ById.TryGetValue(id, out found) && found.IsAlive ? found : null;
        }

        public virtual string name
        {
            get { return NativeName; }
            set { NativeName = value; }
        }

        public HideFlags hideFlags
        {
            get { return m_HideFlags; }
            set { m_HideFlags = value; }
        }

#if UNITY_6000_4_OR_NEWER
        public EntityId GetEntityId() { return new EntityId { Raw = NativeId }; }
#else
        public int GetInstanceID() { return NativeId; }
#endif

        public static bool operator ==(Object a, Object b)
        {
            bool isNullA = ReferenceEquals(a, null) || !a.IsAlive;
            bool isNullB = ReferenceEquals(b, null) || !b.IsAlive;
            return isNullA || isNullB ? isNullA && isNullB : ReferenceEquals(a, b);
        }

        public static bool operator !=(Object a, Object b) { return !(a == b); }
        public static implicit operator bool(Object value) { return value != null; }
        public override bool Equals(object other) { return this == other as Object; }
        public override int GetHashCode() { return NativeId; }

        public static void DestroyImmediate(Object target)
        {
            if (target == null) return;
            target.OnDestroying();
            target.IsAlive = false;
            s_ById.Remove(target.NativeId);
        }

        public static T Instantiate<T>(T original) where T : Object
        {
            var source = original as GameObject;
            if (ReferenceEquals(source, null)) throw new NotSupportedException("The stand-in copies GameObjects only.");
            return (T)(Object)UnityStandIn.Snapshot.Of(source).Build(UnityStandIn.Snapshot.Ids.Fresh);
        }

        internal virtual void OnDestroying() { }

        /// <summary>Visits every serialised property, to read or to write it.</summary>
        internal virtual void Visit(UnityStandIn.PropertyVisitor visitor)
        {
            visitor.Value("m_Name", ref NativeName);
            visitor.Enum("m_ObjectHideFlags", ref m_HideFlags);
        }
    }
}

namespace UnityStandIn
{
    /// <summary>Reads properties into a map, or writes those that the map names.</summary>
    public sealed class PropertyVisitor
    {
        public readonly Dictionary<string, object> Map;
        private readonly bool m_IsWriting;

        private PropertyVisitor(Dictionary<string, object> map, bool isWriting)
        {
            Map = map;
            m_IsWriting = isWriting;
        }

        public static Dictionary<string, object> Read(UnityEngine.Object target)
        {
            var visitor = new PropertyVisitor(new Dictionary<string, object>(), false);
            target.Visit(visitor);
            return visitor.Map;
        }

        public static void Write(UnityEngine.Object target, Dictionary<string, object> map)
        {
            target.Visit(new PropertyVisitor(map, true));
        }

        public void Value<T>(string name, ref T value)
        {
            object found;
            if (!m_IsWriting) Map[name] = value;
            else if (Map.TryGetValue(name, out found)) value = (T)found;
        }

        public void Enum<T>(string name, ref T value) where T : struct
        {
            int number = Convert.ToInt32(value);
            Value(name, ref number);
            value = (T)System.Enum.ToObject(typeof(T), number);
        }
    }
}
