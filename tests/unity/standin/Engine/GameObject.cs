// Stand-in for GameObject, Component, Transform and MonoBehaviour.
//
// Models: a GameObject always has a Transform; activeSelf is its own switch (docs: GameObject-activeSelf.html);
// SetParent keeps the world place unless told not to (docs: Transform.SetParent.html); a cycle is refused silently with
// a log line; scripts' public and [SerializeField] fields are serialised (manual: script-Serialization-rules). Order
// among siblings is kept.
using System;
using System.Collections.Generic;
using System.Reflection;
using UnityStandIn;

namespace UnityEngine
{
    public class Component : Object
    {
        internal GameObject Owner;

        public GameObject gameObject { get { return Owner; } }
        public Transform transform { get { return Owner.transform; } }
        public override string name { get { return Owner.name; } set { Owner.name = value; } }
        public T GetComponent<T>() where T : class { return Owner.GetComponent<T>(); }

        internal override void OnDestroying()
        {
            if (Owner.IsAlive && !Owner.IsDying) Owner.Components.Remove(this);
        }
    }

    public class Behaviour : Component
    {
        private bool m_Enabled = true;
        public bool enabled { get { return m_Enabled; } set { m_Enabled = value; } }

        internal override void Visit(PropertyVisitor visitor)
        {
            base.Visit(visitor);
            visitor.Value("m_Enabled", ref m_Enabled);
        }
    }

    public class MonoBehaviour : Behaviour
    {
        internal override void Visit(PropertyVisitor visitor)
        {
            base.Visit(visitor);
            const BindingFlags all = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
            foreach (FieldInfo field in GetType().GetFields(all))
            {
                bool isMarked = field.IsDefined(typeof(SerializeField), false);
                bool isSerialised = field.IsPublic ? !field.IsDefined(typeof(NonSerializedAttribute), false) : isMarked;
                if (!isSerialised || field.DeclaringType != GetType()) continue;
                object value = field.GetValue(this);
                visitor.Value(field.Name, ref value);
                // Unity never keeps null text or arrays: they come back empty (manual: script-Serialization-rules).
                if (value == null && field.FieldType == typeof(string)) value = "";
                if (value == null && field.FieldType == typeof(string[])) value = new string[0];
                field.SetValue(this, value);
            }
        }
    }

    public sealed class Transform : Component
    {
        private Vector3 m_LocalPosition = Vector3.zero;
        private Quaternion m_LocalRotation = Quaternion.identity;
        private Vector3 m_LocalScale = Vector3.one;
        internal Transform Parent;
        internal readonly List<Transform> Children = new List<Transform>();

        public Vector3 localPosition { get { return m_LocalPosition; } set { m_LocalPosition = value; } }
        public Quaternion localRotation { get { return m_LocalRotation; } set { m_LocalRotation = value; } }
        public Vector3 localScale { get { return m_LocalScale; } set { m_LocalScale = value; } }
        public Transform parent { get { return Parent; } set { SetParent(value, true); } }
        public int childCount { get { return Children.Count; } }
        public Transform GetChild(int index) { return Children[index]; }

        public Vector3 position
        {
            get { double[] at = World().Offset; return new Vector3((float)at[0], (float)at[1], (float)at[2]); }
        }

        public Quaternion rotation
        {
            get { return Parent == null ? m_LocalRotation : Parent.rotation * m_LocalRotation; }
        }

        public bool IsChildOf(Transform other)
        {
            for (Transform at = this; at != null; at = at.Parent) { if (at == other) return true; }
            return false;
        }

        public int GetSiblingIndex()
        {
            return Siblings().IndexOf(this);
        }

        public void SetSiblingIndex(int index)
        {
            List<Transform> siblings = Siblings();
            siblings.Remove(this);
            siblings.Insert(Math.Max(0, Math.Min(index, siblings.Count)), this);
        }

        public void SetParent(Transform target, bool worldPositionStays)
        {
            if (target != null && target.IsChildOf(this)) { Debug.LogError("Cannot set a child as parent."); return; }
            PrefabModel.RefuseRestructure(Owner);
            Placement3 world = World();
            Quaternion turned = rotation;
            Siblings().Remove(this);
            Parent = target == null ? null : target;
            Siblings().Add(this);
            OpenScene.Version++;
            if (!worldPositionStays) return;
            Placement3 local = Parent == null ? world : Parent.World().Inverse() * world;
            m_LocalRotation = Parent == null ? turned : Quaternion.Inverse(Parent.rotation) * turned;
            double[] scale = local.ScaleAlong(m_LocalRotation);
            m_LocalPosition = new Vector3((float)local.Offset[0], (float)local.Offset[1], (float)local.Offset[2]);
            m_LocalScale = new Vector3((float)scale[0], (float)scale[1], (float)scale[2]);
        }

        internal List<Transform> Siblings()
        {
            return Parent != null ? Parent.Children : OpenScene.Roots;
        }

        internal Placement3 World()
        {
            Placement3 local = Placement3.Of(m_LocalPosition, m_LocalRotation, m_LocalScale);
            return Parent == null ? local : Parent.World() * local;
        }

        internal override void Visit(PropertyVisitor visitor)
        {
            visitor.Value("m_LocalPosition", ref m_LocalPosition);
            visitor.Value("m_LocalRotation", ref m_LocalRotation);
            visitor.Value("m_LocalScale", ref m_LocalScale);
        }
    }

    public sealed class GameObject : Object
    {
        internal readonly List<Component> Components = new List<Component>();
        internal bool IsDying;
        /// <summary>The id inside the scene file (fileID); 0 until the scene is saved.</summary>
        internal long LocalId;
        internal PrefabLink Prefab;
        private bool m_IsActive = true;

        public GameObject() : this("New Game Object") { }

        public GameObject(string name)
        {
            NativeName = name;
            AddComponent(typeof(Transform));
            OpenScene.Roots.Add(transform);
            OpenScene.Version++;
        }

        public Transform transform { get { return (Transform)Components[0]; } }
        public bool activeSelf { get { return m_IsActive; } }
        public void SetActive(bool value) { m_IsActive = value; }
        public SceneManagement.Scene scene { get { return OpenScene.SceneOf(this); } }
        public string tag { get; set; }

        public T GetComponent<T>() where T : class
        {
            foreach (Component component in Components) { if (component is T) return component as T; }
            return null;
        }

        public Component GetComponent(Type type)
        {
            return Components.Find(component => type.IsInstanceOfType(component));
        }

        public T AddComponent<T>() where T : Component { return (T)AddComponent(typeof(T)); }

        public Component AddComponent(Type type)
        {
            var added = (Component)Activator.CreateInstance(type);
            added.Owner = this;
            Components.Add(added);
            return added;
        }

        internal override void OnDestroying()
        {
            PrefabModel.RefuseRestructure(this);
            IsDying = true;
            OpenScene.Version++;
            foreach (Transform child in transform.Children.ToArray())
            {
                child.Owner.Prefab = null;
                DestroyImmediate(child.Owner);
            }
            transform.Siblings().Remove(transform);
            foreach (Component component in Components.ToArray()) DestroyImmediate(component);
        }

        internal override void Visit(PropertyVisitor visitor)
        {
            base.Visit(visitor);
            visitor.Value("m_IsActive", ref m_IsActive);
        }
    }

    [AttributeUsage(AttributeTargets.Field)] public sealed class SerializeField : Attribute { }
    [AttributeUsage(AttributeTargets.Field)] public sealed class HideInInspector : Attribute { }
    [AttributeUsage(AttributeTargets.Class)] public sealed class DisallowMultipleComponent : Attribute { }
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class AddComponentMenu : Attribute
    {
        public AddComponentMenu(string menu) { }
    }
}
