// The stand-in's engine room: frames, domain reload, Play Mode, and what a user does with mouse and menus.
//
// A domain reload is real for the package: its assembly is loaded anew from bytes, so every static starts from zero,
// every subscription is gone and scripts are rebuilt from their serialised fields, as Unity does (manual:
// DomainReloading). What is native in Unity (objects, instance ids, undo history, selection, SessionState) stays.
// Threads of the old assembly are not ended here, as
// Unity would: a package that does not abort its socket is found out.
// Play Mode: docs EditorApplication-playModeStateChanged.html; the scene is put back as it was, with new instance ids
// (the harder case).
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using UnityEditor;
using UnityEditor.SceneManagement;
using UnityEngine;

namespace UnityStandIn
{
    public sealed class StandInHost
    {
        private readonly string m_PackagePath;
        private Assembly m_Package;
        private List<Snapshot> m_Backup;
        private int m_SeenVersion;

        /// <summary>Reload the domain when Play Mode is entered and left (Enter Play Mode Options).</summary>
        public bool ReloadsForPlay = true;

        public StandInHost(string packagePath, string projectFolder)
        {
            m_PackagePath = packagePath;
            Application.dataPath = Path.Combine(projectFolder, "Assets");
            Directory.CreateDirectory(Application.dataPath);
            LoadPackage();
        }

        public Assembly Package { get { return m_Package; } }

        /// <summary>Opens a scene before any script ran, as the editor does at its start.</summary>
        public void StartUp(string scenePathOrNull)
        {
            if (scenePathOrNull != null) EditorSceneManager.Open(scenePathOrNull);
            RunInitializers();
        }

        /// <summary>One editor frame.</summary>
        public void Tick()
        {
            Undo.FlushUndoRecordObjects();
            if (!EditorApplication.isPlaying) ObjectChangeEvents.Publish();
            if (m_SeenVersion != OpenScene.Version) EditorApplication.RaiseHierarchyChanged();
            m_SeenVersion = OpenScene.Version;
            if (EditorApplication.update != null) EditorApplication.update();
            EditorApplication.CallbackFunction delayed = EditorApplication.delayCall;
            EditorApplication.delayCall = null;
            if (delayed != null) delayed();
        }

        public void DomainReload()
        {
            Undo.FlushUndoRecordObjects();
            EditorApplication.isCompiling = true;
            AssemblyReloadEvents.RaiseBefore();
            EditorApplication.DropSubscribers();
            AssemblyReloadEvents.DropSubscribers();
            EditorSceneManager.DropSubscribers();
            ObjectChangeEvents.DropSubscribers();
            Undo.undoRedoPerformed = null;
            LoadPackage();
            foreach (GameObject target in OpenScene.All()) RebuildScripts(target);
            EditorApplication.isCompiling = false;
            RunInitializers();
            AssemblyReloadEvents.RaiseAfter();
        }

        public void EnterPlay()
        {
            EditorApplication.isPlayingOrWillChangePlaymode = true;
            EditorApplication.RaisePlayMode(PlayModeStateChange.ExitingEditMode);
            m_Backup = OpenScene.Roots.Select(root => Snapshot.Of(root.gameObject)).ToList();
            if (ReloadsForPlay) DomainReload();
            Rebuild();
            EditorApplication.isPlaying = true;
            EditorApplication.RaisePlayMode(PlayModeStateChange.EnteredPlayMode);
        }

        public void ExitPlay()
        {
            EditorApplication.RaisePlayMode(PlayModeStateChange.ExitingPlayMode);
            EditorApplication.isPlaying = false;
            Rebuild();
            EditorApplication.isPlayingOrWillChangePlaymode = false;
            if (ReloadsForPlay) DomainReload();
            EditorApplication.RaisePlayMode(PlayModeStateChange.EnteredEditMode);
        }

        public void Quit()
        {
            EditorApplication.RaiseQuitting();
        }

        /// <summary>A script component of the package by its type's name; null when the object has none.</summary>
        public static object ScriptOrNull(GameObject target, string typeName)
        {
            return target.Components.FirstOrDefault(component => component.GetType().FullName == typeName);
        }

        private void Rebuild()
        {
            EditorSceneManager.Clear();
            Undo.ClearAll();
            foreach (Snapshot root in m_Backup) root.Build(Snapshot.Ids.Reopened, null);
        }

        private void LoadPackage()
        {
            m_Package = Assembly.Load(File.ReadAllBytes(m_PackagePath));
            Snapshot.ScriptType = name => m_Package.GetType(name);
        }

        private void RunInitializers()
        {
            foreach (Type type in m_Package.GetTypes())
            {
                bool isInitializer = type.IsDefined(typeof(InitializeOnLoadAttribute), false);
                if (isInitializer) System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            }
        }

        private void RebuildScripts(GameObject target)
        {
            for (int index = 0; index < target.Components.Count; index++)
            {
                Component old = target.Components[index];
                Type type = m_Package.GetType(old.GetType().FullName);
                if (!(old is MonoBehaviour) || type == null) continue;
                var fresh = (Component)Activator.CreateInstance(type);
                fresh.Owner = target;
                Dictionary<string, object> kept = PropertyVisitor.Read(old);
                int id = old.NativeId;
                old.IsAlive = false;
                fresh.Register(id);
                PropertyVisitor.Write(fresh, kept);
                target.Components[index] = fresh;
            }
        }
    }
}
