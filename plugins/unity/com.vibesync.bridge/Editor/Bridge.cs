// The package's one living object: joins Unity's events to the core, frame by frame.
//
// It starts on the first update after every domain load and ends with the domain: before a reload everything worth
// keeping goes to Library/VibeSync/state.json and the socket is aborted at once; afterwards the link goes on where it
// was. It must never block a frame, and never touch the scene in Play Mode, while compiling, or while the user holds
// something.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using UnityEditor;
using UnityEditor.SceneManagement;
using UnityEngine;
using UnityEngine.SceneManagement;
using VibeSync.Core;

namespace VibeSync.Editor
{
    /// <summary>Starts the bridge; nothing else may happen while Unity loads the domain.</summary>
    [InitializeOnLoad]
    public static class BridgeStart
    {
        private const string k_ForceVariable = "VIBESYNC_FORCE";

        static BridgeStart()
        {
            bool isForced = Environment.GetEnvironmentVariable(k_ForceVariable) == "1";
            bool isWorker = AssetDatabase.IsAssetImportWorkerProcess() || Application.isBatchMode;
            if (!isWorker || isForced) EditorApplication.update += StartOnce;
        }

        private static void StartOnce()
        {
            EditorApplication.update -= StartOnce;
            Bridge.Start();
        }
    }

    /// <summary>The link between this editor and the hub.</summary>
    public sealed class Bridge
    {
        private const string k_PluginVersion = "0.1.0";
        private const string k_InstanceKey = "VibeSync.Instance";
        private const string k_ReloadKey = "VibeSync.Reloading";
        private const string k_OffKey = "VibeSync.Off";
        private const int k_ByeGraceMs = 50;

        private readonly LiveScene m_Scene = new LiveScene();
        private readonly SyncEngine m_Engine;
        private readonly Stopwatch m_Clock = Stopwatch.StartNew();
        private readonly HashSet<ObjId> m_Changed = new HashSet<ObjId>();
        private readonly SynchronizationContext m_MainThread;
        private bool m_IsStructureChanged;

        /// <summary>The running bridge; null in worker processes and before the first update.</summary>
        public static Bridge Current { get; private set; }

        public SyncEngine Engine
        {
            get { return m_Engine; }
        }

        public bool IsOff
        {
            get { return SessionState.GetBool(k_OffKey, false); }
        }

        private Bridge()
        {
            string instance = SessionState.GetString(k_InstanceKey, "");
            if (instance.Length == 0) instance = Uuids.New();
            SessionState.SetString(k_InstanceKey, instance);
            m_MainThread = SynchronizationContext.Current;
            m_Engine = new SyncEngine(m_Scene, new EditorFacts
            {
                EditorName = "Unity", EditorVersion = Application.unityVersion, PluginVersion = k_PluginVersion,
                Instance = instance,
            });
            m_Engine.Linked += Link;
            m_Engine.Written += () => EditorSceneManager.MarkSceneDirty(SceneManager.GetActiveScene());
            m_Engine.Session.Woken += WakeUp;
            Resume(instance);
        }

        public static void Start()
        {
            if (Current != null) return;
            Current = new Bridge();
            Current.Subscribe();
            if (!Current.IsOff) Current.m_Engine.Session.Start();
        }

        /// <summary>The window's switch.</summary>
        public void SwitchOff(bool isOff)
        {
            SessionState.SetBool(k_OffKey, isOff);
            if (isOff) m_Engine.Session.Stop("disconnect");
            else m_Engine.Session.Start();
        }

        private void Subscribe()
        {
            EditorApplication.update += Update;
            // Raised for every change, ours too: only a hint. What the user does comes as an event, at once.
            EditorApplication.hierarchyChanged += m_Engine.HintStructure;
            EditorApplication.playModeStateChanged += OnPlayMode;
            EditorApplication.quitting += () => m_Engine.Session.Abort("quit", k_ByeGraceMs);
            AssemblyReloadEvents.beforeAssemblyReload += BeforeReload;
            ObjectChangeEvents.changesPublished += OnChanges;
            Undo.undoRedoPerformed += m_Engine.MarkUndo;
            EditorSceneManager.sceneSaving += OnSaving;
            EditorSceneManager.sceneOpened += (scene, mode) => OpenDocument(mode == OpenSceneMode.Single);
            EditorSceneManager.newSceneCreated += (scene, setup, mode) => OpenDocument(mode == NewSceneMode.Single);
        }

        private void Update()
        {
            HashSet<string> held = EditGuard.Held(m_Scene.Registry);
            m_Scene.Held = held;
            PassOnChanges();
            // Recorded edits that Unity has not compared yet would otherwise swallow what is applied now.
            if (m_Engine.IncomingCount > 0) Undo.FlushUndoRecordObjects();
            m_Engine.Tick(new TickFacts
            {
                NowMs = m_Clock.Elapsed.TotalMilliseconds,
                Activity = EditGuard.Activity(held.Count > 0),
                Document = DocumentStore.Describe(),
                IsUnsaved = SceneManager.GetActiveScene().isDirty,
                Held = new List<string>(held),
            });
        }

        private void OnChanges(ref ObjectChangeEventStream stream)
        {
            ObjId.Read(ref stream, m_Changed, ref m_IsStructureChanged);
        }

        private void PassOnChanges()
        {
            foreach (ObjId changed in m_Changed)
            {
                string uuid = m_Scene.Registry.UuidOrNull(changed.ResolveOrNull());
                if (uuid != null) m_Engine.MarkDirty(uuid);
            }
            m_Changed.Clear();
            if (m_IsStructureChanged) m_Engine.MarkStructure();
            m_IsStructureChanged = false;
        }

        private void OnPlayMode(PlayModeStateChange state)
        {
            // The shadow is the snapshot: it stays as it is until edit mode is back, then it is put back.
            if (state == PlayModeStateChange.ExitingEditMode) m_Engine.CaptureAll();
            if (state != PlayModeStateChange.EnteredEditMode) return;
            m_Scene.Registry.Reset();
            m_Scene.Passive.Unbind();
            m_Engine.PutBack();
        }

        private void BeforeReload()
        {
            m_Engine.CaptureAll();
            StorePassive();
            DurableFile.Write(DocumentStore.StatePath, m_Engine.Save().ToJson());
            SessionState.SetBool(k_ReloadKey, true);
            m_Engine.Session.Abort("reload", k_ByeGraceMs);
        }

        private void Resume(string instance)
        {
            SyncDocument document = DocumentStore.FindOrNull();
            bool isReload = SessionState.GetBool(k_ReloadKey, false);
            SessionState.SetBool(k_ReloadKey, false);
            SavedState state = isReload
                ? SavedState.FromJsonOrNull(DurableFile.ReadJsonOrNull(DocumentStore.StatePath), instance)
                : null;
            m_Scene.Passive.Load(document == null ? "" : document.passive);
            if (state == null) OpenDocument(true);
            else m_Engine.Restore(state);
            m_Engine.MarkStructure();
        }

        private void OpenDocument(bool isAlone)
        {
            // Scenes opened next to the active one take no part.
            if (!isAlone) return;
            SyncDocument document = DocumentStore.FindOrNull();
            m_Scene.Registry.Reset();
            m_Scene.Passive.Load(document == null ? "" : document.passive);
            bool isLinked = document != null && Uuids.IsUuid(document.project);
            Sidecar sidecar = document == null ? null : DocumentStore.SidecarOf(document);
            m_Engine.OpenDocument(isLinked ? document.project : null, sidecar, document == null ? "" : document.saveId);
        }

        private void Link(string project)
        {
            bool isFirst = DocumentStore.FindOrNull() == null;
            SyncDocument document = DocumentStore.FindOrMake();
            if (document.project == project) return;
            document.project = project;
            EditorSceneManager.MarkSceneDirty(SceneManager.GetActiveScene());
            if (!isFirst) return;
            FirstLink.Recall(document, m_Scene);
            FirstLink.Keep(document, m_Scene);
        }

        private void OnSaving(Scene scene, string path)
        {
            SyncDocument document = DocumentStore.FindOrNull();
            if (document == null || scene != SceneManager.GetActiveScene()) return;
            // Also while nothing is captured: what is saved without an identity would be somebody else when reopened.
            m_Scene.Identify();
            m_Engine.CaptureAll();
            StorePassive();
            StoreOwners();
            if (!m_Engine.IsTracking) return;
            document.saveId = Uuids.New();
            DocumentStore.SidecarOf(document).Write(document.saveId, m_Engine.Shadow);
        }

        private void StorePassive()
        {
            SyncDocument document = DocumentStore.FindOrNull();
            if (document != null) document.passive = m_Scene.Passive.ToJson();
        }

        private void StoreOwners()
        {
            List<GameObject> targets = m_Scene.Registry.Order.ConvertAll(m_Scene.Registry.FindOrNull);
            targets.RemoveAll(target => target == null);
            string[] owners = SceneFileIds.Of(targets.ToArray());
            for (int index = 0; index < owners.Length; index++)
                IdentityRegistry.IdOf(targets[index]).owner = owners[index];
        }

        // An editor in the background hardly updates; a message asks for one frame.
        private void WakeUp()
        {
            if (m_MainThread != null) m_MainThread.Post(_ => EditorApplication.QueuePlayerLoopUpdate(), null);
        }
    }
}
