// The identity of a GameObject, stored in the scene. Hidden, and stripped from builds (Editor/BuildStripper.cs).
//
// It carries what Unity itself has no place for: the identity, the identity of the shown mesh, collections, and what
// kind of object it was made as. It does nothing; the Editor assembly reads and writes it. A copy of an object copies
// it, so two may say the same for a moment: the registry decides which of them is the copy.
using UnityEngine;

namespace VibeSync
{
    /// <summary>Names a GameObject for VibeSync.</summary>
    [DisallowMultipleComponent]
    [AddComponentMenu("")]
    public sealed class SyncId : MonoBehaviour
    {
#if UNITY_EDITOR
        /// <summary>RFC 4122, lower case; on a prefab asset the one of the object it was made from.</summary>
        public string uuid;

        /// <summary>The identity of the mesh it shows; empty for none.</summary>
        public string dataUuid;

        /// <summary>The object type of the canonical model, fixed when the identity was given.</summary>
        public string type;

        /// <summary>The object's id in the scene file at the last save: tells an original from a copy made while nobody
        /// looked.</summary>
        public string owner;

        /// <summary>UUIDs of the collections it is in; Unity has none.</summary>
        public string[] collections;
#endif
    }
}
