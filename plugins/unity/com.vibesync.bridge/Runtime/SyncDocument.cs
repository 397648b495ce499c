// The identity of a scene, on one hidden GameObject inside it, with the entities that Unity cannot show (collections,
// meshes that no object uses). Stripped from builds with that object.
using UnityEngine;

namespace VibeSync
{
    /// <summary>Names a scene for VibeSync.</summary>
    [DisallowMultipleComponent]
    [AddComponentMenu("")]
    public sealed class SyncDocument : MonoBehaviour
    {
#if UNITY_EDITOR
        /// <summary>RFC 4122, lower case.</summary>
        public string uuid;

        /// <summary>The VibeSync project that the scene is linked to; empty for none.</summary>
        public string project;

        /// <summary>New at every save; finds the sidecar's matching generation.</summary>
        public string saveId;

        /// <summary>JSON: entities by UUID, kind and canonical values.</summary>
        public string passive;
#endif
    }
}
