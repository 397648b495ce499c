// Stand-in for scenes: one open scene at a time. Its handle changes with every opening (docs:
// SceneManagement.Scene.html).
using System.Collections.Generic;
using System.Linq;

namespace UnityEngine.SceneManagement
{
    public struct Scene
    {
        internal int Number;
        private bool IsOpen { get { return Number != 0 && Number == OpenScene.Number; } }
        public string path { get { return IsOpen ? OpenScene.Path : ""; } }
        public string name { get { return System.IO.Path.GetFileNameWithoutExtension(path); } }
        public bool isDirty { get { return IsOpen && OpenScene.IsDirty; } }
        public bool isLoaded { get { return IsOpen; } }
        public bool IsValid() { return IsOpen; }

        public void GetRootGameObjects(List<GameObject> into)
        {
            into.Clear();
            into.AddRange(OpenScene.Roots.Select(root => root.gameObject));
        }

        public static bool operator ==(Scene a, Scene b) { return a.Number == b.Number; }
        public static bool operator !=(Scene a, Scene b) { return a.Number != b.Number; }
        public override bool Equals(object other) { return other is Scene && this == (Scene)other; }
        public override int GetHashCode() { return Number; }
    }

    public static class SceneManager
    {
        public static Scene GetActiveScene() { return new Scene { Number = OpenScene.Number }; }
        public static void MoveGameObjectToScene(GameObject target, Scene scene) { }
    }
}

namespace UnityEngine
{
    /// <summary>The open scene's native state.</summary>
    internal static class OpenScene
    {
        public static readonly List<Transform> Roots = new List<Transform>();
        public static int Number = 1;
        public static string Path = "";
        public static bool IsDirty;
        /// <summary>Counts every change of the hierarchy, whoever made it.</summary>
        public static int Version;
        public static long NextLocalId = 1000;

        public static SceneManagement.Scene SceneOf(GameObject target)
        {
            return new SceneManagement.Scene { Number = target.IsAlive ? Number : 0 };
        }

        public static IEnumerable<GameObject> All()
        {
            return Roots.ToArray().SelectMany(root => Below(root));
        }

        public static IEnumerable<GameObject> Below(Transform top)
        {
            return new[] { top.gameObject }.Concat(top.Children.ToArray().SelectMany(child => Below(child)));
        }
    }
}
