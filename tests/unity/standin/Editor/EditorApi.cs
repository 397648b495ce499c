// Stand-in for the rest of UnityEditor that the package uses: application events, selection, session state, scene
// saving.
// Docs:
// ScriptReference/{EditorApplication,SessionState,AssemblyReloadEvents,SceneManagement.EditorSceneManager,Selection,
// GlobalObjectId,EditorUtility}.html. SessionState survives a domain reload and dies with the process.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using UnityEngine;
using UnityEngine.SceneManagement;
using UnityStandIn;

namespace UnityEditor
{
    [AttributeUsage(AttributeTargets.Class)] public sealed class InitializeOnLoadAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class MenuItem : Attribute { public MenuItem(string path) { } }

    public enum PlayModeStateChange { EnteredEditMode, ExitingEditMode, EnteredPlayMode, ExitingPlayMode }

    public static class EditorApplication
    {
        public delegate void CallbackFunction();
        public static CallbackFunction update;
        public static CallbackFunction delayCall;
        public static event Action hierarchyChanged;
        public static event Action<PlayModeStateChange> playModeStateChanged;
        public static event Action quitting;

        public static bool isPlaying { get; internal set; }
        public static bool isPlayingOrWillChangePlaymode { get; internal set; }
        public static bool isCompiling { get; internal set; }
        public static bool isUpdating { get; internal set; }

        /// <summary>Asks for another frame although the editor is in the background.</summary>
        public static void QueuePlayerLoopUpdate() { }

        internal static void RaiseHierarchyChanged() { if (hierarchyChanged != null) hierarchyChanged(); }
        internal static void RaisePlayMode(PlayModeStateChange state)
        {
            if (playModeStateChanged != null) playModeStateChanged(state);
        }
        internal static void RaiseQuitting() { if (quitting != null) quitting(); }

        internal static void DropSubscribers()
        {
            update = null;
            delayCall = null;
            hierarchyChanged = null;
            playModeStateChanged = null;
            quitting = null;
        }
    }

    public static class AssemblyReloadEvents
    {
        public delegate void AssemblyReloadCallback();
        public static event AssemblyReloadCallback beforeAssemblyReload;
        public static event AssemblyReloadCallback afterAssemblyReload;
        internal static void RaiseBefore() { if (beforeAssemblyReload != null) beforeAssemblyReload(); }
        internal static void RaiseAfter() { if (afterAssemblyReload != null) afterAssemblyReload(); }

        internal static void DropSubscribers()
        {
            beforeAssemblyReload = null;
            afterAssemblyReload = null;
        }
    }

    public static class Selection
    {
        public static GameObject[] gameObjects = new GameObject[0];
    }

    public static class SessionState
    {
        private static readonly Dictionary<string, object> s_Values = new Dictionary<string, object>();
        public static void SetString(string key, string value) { s_Values[key] = value; }
        public static string GetString(string key, string fallback)
        {
            return s_Values.ContainsKey(key) ? (string)s_Values[key] : fallback;
        }
        public static void SetBool(string key, bool value) { s_Values[key] = value; }
        public static bool GetBool(string key, bool fallback)
        {
            return s_Values.ContainsKey(key) ? (bool)s_Values[key] : fallback;
        }
        public static void EraseString(string key) { s_Values.Remove(key); }
    }

    public static class EditorGUIUtility { public static bool editingTextField { get; set; } }

    public static class AnimationMode
    {
        internal static bool IsOn;
        public static bool InAnimationMode() { return IsOn; }
    }

    public static class BuildPipeline { public static bool isBuildingPlayer { get; set; } }

    public static class EditorUtility
    {
        public static void SetDirty(UnityEngine.Object target)
        {
            OpenScene.IsDirty = true;
            ObjectChangeEvents.Note(ObjectChangeKind.ChangeScene, 0);
        }

#if UNITY_6000_4_OR_NEWER
        public static UnityEngine.Object EntityIdToObject(EntityId id) { return UnityEngine.Object.FindById(id.Raw); }
#else
        public static UnityEngine.Object InstanceIDToObject(int id) { return UnityEngine.Object.FindById(id); }
#endif
    }

    public static class AssetDatabase
    {
        public static bool IsAssetImportWorkerProcess() { return false; }

        /// <summary>Kept in the .meta file next to the asset; made when there is none (manual:
        /// AssetMetadata).</summary>
        public static string AssetPathToGUID(string path)
        {
            if (string.IsNullOrEmpty(path)) return "";
            string meta = Path.Combine(Path.GetDirectoryName(Application.dataPath), path) + ".meta";
            if (!File.Exists(meta)) File.WriteAllText(meta, "guid: " + Guid.NewGuid().ToString("N"));
            return File.ReadAllText(meta).Split(' ')[1].Trim();
        }

        private static readonly Material s_Material = new Material { name = "Default-Material" };
        public static T GetBuiltinExtraResource<T>(string path) where T : UnityEngine.Object
        {
            return (T)(object)s_Material;
        }

        public static bool Contains(UnityEngine.Object target) { return target.NativeId > 0; }
    }

    /// <summary>The fileID part is zero until the scene was saved with the object (docs:
    /// GlobalObjectId.html).</summary>
    public struct GlobalObjectId
    {
        public ulong targetObjectId { get; private set; }
        public ulong targetPrefabId { get; private set; }

        public static void GetGlobalObjectIdsSlow(UnityEngine.Object[] targets, GlobalObjectId[] into)
        {
            for (int index = 0; index < targets.Length; index++)
            {
                var owner = (GameObject)targets[index];
                into[index] = new GlobalObjectId { targetObjectId = (ulong)owner.LocalId };
            }
        }
    }
}

namespace UnityEditor.SceneManagement
{
    public enum OpenSceneMode { Single, Additive, AdditiveWithoutLoading }
    public enum NewSceneSetup { EmptyScene, DefaultGameObjects }
    public enum NewSceneMode { Single, Additive }

    public static class EditorSceneManager
    {
        public delegate void SceneSavingCallback(Scene scene, string path);
        public delegate void SceneSavedCallback(Scene scene);
        public delegate void SceneClosingCallback(Scene scene, bool removingScene);
        public delegate void SceneOpenedCallback(Scene scene, OpenSceneMode mode);
        public delegate void NewSceneCreatedCallback(Scene scene, NewSceneSetup setup, NewSceneMode mode);

        public static event SceneSavingCallback sceneSaving;
        public static event SceneSavedCallback sceneSaved;
        public static event SceneClosingCallback sceneClosing;
        public static event SceneOpenedCallback sceneOpened;
        public static event NewSceneCreatedCallback newSceneCreated;

        public static bool MarkSceneDirty(Scene scene)
        {
            OpenScene.IsDirty = true;
            return true;
        }

        internal static void Save(string path)
        {
            Undo.FlushUndoRecordObjects();
            if (sceneSaving != null) sceneSaving(SceneManager.GetActiveScene(), path);
            foreach (GameObject target in OpenScene.All())
            {
                if (target.LocalId == 0) target.LocalId = OpenScene.NextLocalId++;
            }
            string full = Path.Combine(Path.GetDirectoryName(Application.dataPath), path);
            Directory.CreateDirectory(Path.GetDirectoryName(full));
            // Unity writes a temporary file and moves it over, so a crash leaves the old scene or the new one.
            string text = SceneText.Write(OpenScene.Roots.Select(root => Snapshot.Of(root.gameObject)));
            File.WriteAllText(full + ".tmp", text);
            if (File.Exists(full)) File.Delete(full);
            File.Move(full + ".tmp", full);
            OpenScene.Path = path;
            OpenScene.IsDirty = false;
            AssetDatabase.AssetPathToGUID(path);
            if (sceneSaved != null) sceneSaved(SceneManager.GetActiveScene());
        }

        internal static void Open(string path)
        {
            Close();
            string full = Path.Combine(Path.GetDirectoryName(Application.dataPath), path);
            foreach (Snapshot root in SceneText.Read(File.ReadAllText(full)))
                Load(root).Build(Snapshot.Ids.Reopened, null);
            foreach (GameObject target in OpenScene.All())
                OpenScene.NextLocalId = Math.Max(OpenScene.NextLocalId, target.LocalId + 1);
            OpenScene.Path = path;
            OpenScene.IsDirty = false;
            if (sceneOpened != null) sceneOpened(SceneManager.GetActiveScene(), OpenSceneMode.Single);
        }

        internal static void New()
        {
            Close();
            if (newSceneCreated != null)
                newSceneCreated(SceneManager.GetActiveScene(), NewSceneSetup.EmptyScene, NewSceneMode.Single);
        }

        internal static void DropSubscribers()
        {
            sceneSaving = null;
            sceneSaved = null;
            sceneClosing = null;
            sceneOpened = null;
            newSceneCreated = null;
        }

        private static void Close()
        {
            if (sceneClosing != null) sceneClosing(SceneManager.GetActiveScene(), true);
            Undo.ClearAll();
            Clear();
            OpenScene.Number++;
            OpenScene.Path = "";
            OpenScene.IsDirty = false;
        }

        internal static void Clear()
        {
            foreach (Transform root in OpenScene.Roots.ToArray()) UnityEngine.Object.DestroyImmediate(root.gameObject);
        }

        // Prefab instances are rebuilt from their asset; only overrides come from the scene.
        private static Snapshot Load(Snapshot node)
        {
            node.Children.ForEach(child => Load(child));
            if (node.Prefab == null) return node;
            node.Properties = PrefabModel.Merge(node.Prefab, typeof(GameObject).FullName, node.Properties);
            foreach (ComponentSnapshot component in node.Components)
            {
                component.Properties = PrefabModel.Merge(node.Prefab, component.TypeName, component.Properties);
            }
            return node;
        }
    }
}
