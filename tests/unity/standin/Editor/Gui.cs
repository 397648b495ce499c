// Stand-in for immediate-mode GUI: what a window draws is recorded, and a test can press its buttons.
// Docs: ScriptReference/{EditorWindow,GUILayout,EditorGUILayout}.html.
using System.Collections.Generic;
using UnityEngine;

namespace UnityEngine
{
    public class GUIContent
    {
        public string text;
        public GUIContent(string text) { this.text = text; }
    }

    public static class GUILayout
    {
        /// <summary>Texts drawn since the last call of a window's OnGUI.</summary>
        public static readonly List<string> Drawn = new List<string>();
        /// <summary>The label of the button that the test presses in the next OnGUI.</summary>
        public static string Pressed;

        public static bool Button(string label)
        {
            Drawn.Add("[" + label + "]");
            return Pressed == label;
        }

        public static void Space(float pixels) { }
    }
}

namespace UnityEditor
{
    public enum MessageType { None, Info, Warning, Error }

    public static class EditorGUILayout
    {
        public static void LabelField(string label, string value) { GUILayout.Drawn.Add(label + ": " + value); }
        public static void HelpBox(string text, MessageType type) { GUILayout.Drawn.Add(text); }
    }

    public class EditorWindow : UnityEngine.Object
    {
        public GUIContent titleContent { get; set; }
        public void Repaint() { }
        public static T GetWindow<T>(string title) where T : EditorWindow, new()
        {
            return new T { titleContent = new GUIContent(title) };
        }
    }
}

namespace UnityEditor.Build
{
    public interface IOrderedCallback { int callbackOrder { get; } }

    public interface IProcessSceneWithReport : IOrderedCallback
    {
        void OnProcessScene(UnityEngine.SceneManagement.Scene scene, Reporting.BuildReport report);
    }
}

namespace UnityEditor.Build.Reporting
{
    public sealed class BuildReport : UnityEngine.Object { }
}
