// What the user is doing: what is held, and whether the scene may be touched at all.
using System.Collections.Generic;
using UnityEditor;
using UnityEngine;

namespace VibeSync.Editor
{
    /// <summary>Reads the editor's state; changes nothing.</summary>
    public static class EditGuard
    {
        /// <summary>The protocol's word for what the editor does now.</summary>
        public static string Activity(bool isHolding)
        {
            // Animation preview poses the scene without meaning it; like Play Mode it is no edit.
            if (EditorApplication.isPlayingOrWillChangePlaymode || AnimationMode.InAnimationMode()) return "playing";
            if (EditorApplication.isCompiling || BuildPipeline.isBuildingPlayer) return "compiling";
            if (EditorApplication.isUpdating) return "loading";
            return isHolding ? "editing" : "idle";
        }

        /// <summary>
        /// The objects in the user's hand: the selection, while a handle is dragged or a field is typed into. Both the
        /// scene's handles and the inspector's sliders take the hot control. </summary>
        public static HashSet<string> Held(IdentityRegistry registry)
        {
            var held = new HashSet<string>(System.StringComparer.Ordinal);
            if (GUIUtility.hotControl == 0 && !EditorGUIUtility.editingTextField) return held;
            foreach (GameObject selected in Selection.gameObjects)
            {
                string uuid = registry.UuidOrNull(selected);
                if (uuid != null) held.Add(uuid);
            }
            return held;
        }
    }
}
