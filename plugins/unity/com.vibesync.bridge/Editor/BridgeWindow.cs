// The panel: the same words as in the hub's window, and its four buttons. Draws only; everything it does is a request.
using UnityEditor;
using UnityEngine;
using VibeSync.Core;

namespace VibeSync.Editor
{
    /// <summary>Window > VibeSync.</summary>
    public sealed class BridgeWindow : EditorWindow
    {
        [MenuItem("Window/VibeSync")]
        public static void Open()
        {
            GetWindow<BridgeWindow>("VibeSync");
        }

        /// <summary>Called by Unity ten times a second.</summary>
        public void OnInspectorUpdate()
        {
            Repaint();
        }

        public void OnGUI()
        {
            Bridge bridge = Bridge.Current;
            if (bridge == null)
            {
                EditorGUILayout.HelpBox("VibeSync does not run in this process.", MessageType.Info);
                return;
            }
            SyncEngine engine = bridge.Engine;
            bool isLive = engine.Session.Stage == SessionStage.Live;
            EditorGUILayout.LabelField("State", engine.StateWord);
            EditorGUILayout.LabelField("Project", isLive ? engine.ProjectName : Searching(bridge));
            EditorGUILayout.LabelField("To send", engine.OutgoingCount.ToString());
            EditorGUILayout.LabelField("To apply", engine.IncomingCount.ToString());
            string notice = engine.Session.RefusalOrNull ?? engine.NoticeOrNull;
            if (notice != null) EditorGUILayout.HelpBox(notice, MessageType.Warning);
            GUILayout.Space(8);
            if (GUILayout.Button(bridge.IsOff ? "Connect" : "Disconnect")) bridge.SwitchOff(!bridge.IsOff);
            if (isLive) DrawRequests(engine);
        }

        private static void DrawRequests(SyncEngine engine)
        {
            bool isPaused = engine.Verdict == "paused";
            if (GUILayout.Button(isPaused ? "Resume" : "Pause")) engine.Request(isPaused ? "resume" : "pause");
            if (GUILayout.Button("Safe mode")) engine.Request("safe-mode");
            if (GUILayout.Button("List the scene again")) engine.Request("resync");
        }

        private static string Searching(Bridge bridge)
        {
            return bridge.IsOff ? "Disconnected" : "Looking for VibeSync";
        }
    }
}
