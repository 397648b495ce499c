// The commands of the control line. Objects are named by UUID or, where unique, by name ("object": ...).
//
//   editing   create {name, type?, parent?, translation?, ...} -> {uuid}; set {object, ...fields}; move {object, by};
//             rename {object, name}; parent {object, parent|null}; delete {object}; duplicate {object} -> {uuid};
//             toggle {object, visible?}; undo; redo; hold {object}; drag {object, translation}; release;
//             script {object, translation}, which moves without Undo
//   prefabs   prefab {object, path?} -> path; instantiate {path} -> {uuid}
//   editor    reload; play; stop; save {path?}; open {path}; new; tick {count}; quit
//   looking state -> {stage, word, ...}; dump -> {objects}; log -> [lines]; cost -> frame times; window {press?} ->
//   [what the panel shows];
//             build -> {objects} of the scene as a player gets it
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using UnityEditor;
using UnityEditor.SceneManagement;
using UnityEngine;
using UnityStandIn;
using VibeSync.Core;

namespace VibeSync.Host
{
    public sealed class Commands
    {
        private const string k_DefaultScene = "Assets/Main.unity";
        private const int k_IdentifyTicksMax = 50;

        private readonly StandInHost m_Host;
        private readonly string m_LastScenePath;
        private readonly Dictionary<string, Func<JsonObject, object>> m_ByName;

        public bool IsQuitting { get; private set; }

        public Commands(StandInHost host, string project)
        {
            m_Host = host;
            m_LastScenePath = Path.Combine(project, "Library/LastScene.txt");
            m_ByName = new Dictionary<string, Func<JsonObject, object>>
            {
                { "create", Create },
                { "set", c => Do(() => UserActions.Set(Find(c, "object"), c)) },
                { "move", Move },
                { "rename", c => Do(() => UserActions.Rename(Find(c, "object"), (string)c["name"])) },
                { "parent", c => Do(() => UserActions.Parent(Find(c, "object"), FindOrNull(c, "parent"))) },
                { "delete", c => Do(() => UserActions.Delete(Find(c, "object"))) },
                { "duplicate", c => WithUuid(UserActions.Duplicate(Find(c, "object"))) },
                { "toggle", Toggle },
                { "undo", c => Do(Undo.PerformUndo) },
                { "redo", c => Do(Undo.PerformRedo) },
                { "reload", c => Do(m_Host.DomainReload) },
                { "play", c => Do(m_Host.EnterPlay) },
                { "stop", c => Do(m_Host.ExitPlay) },
                { "prefab", MakePrefab },
                { "instantiate", Instantiate },
                { "save", Save },
                { "open", c => Do(() => EditorSceneManager.Open((string)c["path"])) },
                { "new", c => Do(EditorSceneManager.New) },
                { "hold", c => Do(() => UserActions.Hold(Find(c, "object"))) },
                { "drag", c => Do(() => UserActions.Drag(Find(c, "object"), c)) },
                { "release", c => Do(UserActions.Release) },
                { "script", MoveByScript },
                { "tick", Tick },
                { "state", c => State() },
                { "dump", c => Dump() },
                { "log", c => Debug.Lines },
                { "cost", c => TickCost.Take() },
                { "window", DrawWindow },
                { "build", c => Build() },
                { "quit", c => Do(() => IsQuitting = true) },
            };
        }

        /// <summary>The scene that was saved last, if it is still there.</summary>
        public string LastSceneOrNull()
        {
            return File.Exists(m_LastScenePath) ? File.ReadAllText(m_LastScenePath) : null;
        }

        public JsonObject Run(string line)
        {
            object value;
            string error;
            if (!JsonReader.TryRead(line, out value, out error))
                return new JsonObject { { "ok", false }, { "error", error } };
            var command = (JsonObject)value;
            var answer = new JsonObject { { "id", command.OrNull("id") } };
            try
            {
                answer.Add("result", m_ByName[(string)command["do"]](command));
                answer.Add("ok", true);
            }
            catch (Exception exception)
            {
                // The test that sent the command has to see whatever went wrong with it.
                answer.Add("ok", false);
                answer.Add("error", exception.ToString());
            }
            return answer;
        }

        private object Create(JsonObject command)
        {
            string type = (string)command.OrNull("type") ?? "empty";
            GameObject made = UserActions.Create((string)command["name"], type, FindOrNull(command, "parent"));
            var values = new JsonObject();
            foreach (KeyValuePair<string, object> pair in command)
            {
                bool isField = pair.Key == "translation" || pair.Key == "rotation" || pair.Key == "scale";
                if (isField) values.Add(pair.Key, pair.Value);
            }
            if (values.Count > 0) UserActions.Drag(made, values);
            return WithUuid(made);
        }

        private object Move(JsonObject command)
        {
            GameObject target = Find(command, "object");
            double[] at = Canonical.Translation(target);
            List<double> by = ((JsonArray)command["by"]).ConvertAll(item => (double)item);
            var to = new JsonArray { at[0] + by[0], at[1] + by[1], at[2] + by[2] };
            return Do(() => UserActions.Set(target, new JsonObject { { "translation", to } }));
        }

        private object Toggle(JsonObject command)
        {
            GameObject target = Find(command, "object");
            object wanted = command.OrNull("visible");
            return Do(() => UserActions.Toggle(target, wanted == null ? !target.activeSelf : (bool)wanted));
        }

        // What a script or an importer does: no undo step, so no change event.
        private object MoveByScript(JsonObject command)
        {
            GameObject target = Find(command, "object");
            double[] to = ((JsonArray)command["translation"]).ConvertAll(item => (double)item).ToArray();
            return Do(() => target.transform.localPosition = Canonical.ToUnityTranslation(target, to));
        }

        private object MakePrefab(JsonObject command)
        {
            GameObject target = Find(command, "object");
            string path = (string)command.OrNull("path") ?? "Assets/" + target.name + ".prefab";
            PrefabModel.SaveAsAssetAndConnect(target, path);
            return path;
        }

        private object Instantiate(JsonObject command)
        {
            Undo.IncrementCurrentGroup();
            GameObject made = PrefabModel.Instantiate((string)command["path"]);
            Undo.RegisterCreatedObjectUndo(made, "Instantiate");
            return WithUuid(made);
        }

        private object Save(JsonObject command)
        {
            string current = UnityEngine.SceneManagement.SceneManager.GetActiveScene().path;
            string path = (string)command.OrNull("path") ?? (current.Length > 0 ? current : k_DefaultScene);
            EditorSceneManager.Save(path);
            Directory.CreateDirectory(Path.GetDirectoryName(m_LastScenePath));
            File.WriteAllText(m_LastScenePath, path);
            return path;
        }

        private object Tick(JsonObject command)
        {
            long count = command.Long("count", 1);
            for (long index = 0; index < count; index++)
            {
                m_Host.Tick();
                System.Threading.Thread.Sleep(1);
            }
            return null;
        }

        private object State()
        {
            object bridge = PackageBridge();
            if (bridge == null) return new JsonObject { { "stage", "Off" }, { "word", "One side only" } };
            object engine = Get(bridge, "Engine");
            return new JsonObject
            {
                { "stage", Get(Get(engine, "Session"), "Stage").ToString() }, { "word", Get(engine, "StateWord") },
                { "outgoing", Get(engine, "OutgoingCount") }, { "incoming", Get(engine, "IncomingCount") },
                { "verdict", Get(engine, "Verdict") }, { "tracking", Get(engine, "IsTracking") },
                { "notice", Get(engine, "NoticeOrNull") }, { "refusal", Get(Get(engine, "Session"), "RefusalOrNull") },
            };
        }

        private object DrawWindow(JsonObject command)
        {
            GUILayout.Drawn.Clear();
            GUILayout.Pressed = command.OrNull("press") as string;
            Type type = m_Host.Package.GetType("VibeSync.Editor.BridgeWindow");
            type.GetMethod("OnGUI").Invoke(Activator.CreateInstance(type), null);
            GUILayout.Pressed = null;
            return GUILayout.Drawn;
        }

        private object Build()
        {
            Type type = m_Host.Package.GetType("VibeSync.Editor.BuildStripper");
            object[] arguments =
            {
                UnityEngine.SceneManagement.SceneManager.GetActiveScene(),
                    new UnityEditor.Build.Reporting.BuildReport(),
            };
            type.GetMethod("OnProcessScene").Invoke(Activator.CreateInstance(type), arguments);
            return Dump();
        }

        private JsonObject Dump()
        {
            var objects = new JsonObject();
            foreach (GameObject target in Participants())
            {
                JsonObject described = Canonical.Describe(target, UuidOf);
                object id = IdOf(target);
                if (id != null)
                {
                    var data = (string)Get(id, "dataUuid");
                    described["data"] = data.Length == 0 ? null : data;
                    described["collections"] = Get(id, "collections");
                    if ((string)Get(id, "type") == "other") described["type"] = "other";
                }
                objects[UuidOf(target) ?? "unidentified:" + target.name + ":" + target.GetHashCode()] = described;
            }
            object value;
            string error;
            JsonReader.TryRead(PassiveJson(), out value, out error);
            foreach (KeyValuePair<string, object> pair in (JsonObject)value)
            {
                var described = new JsonObject { { "kind", ((JsonArray)pair.Value)[0] } };
                foreach (KeyValuePair<string, object> field in (JsonObject)((JsonArray)pair.Value)[1])
                    described[field.Key] = field.Value;
                objects[pair.Key] = described;
            }
            return new JsonObject { { "objects", objects } };
        }

        private static IEnumerable<GameObject> Participants()
        {
            return OpenScene.All().Where(target => (target.hideFlags & HideFlags.HideInHierarchy) == 0);
        }

        private object WithUuid(GameObject made)
        {
            for (int tick = 0; tick < k_IdentifyTicksMax && UuidOf(made) == null; tick++) m_Host.Tick();
            // A copy carries the original's identity until the package has seen it.
            m_Host.Tick();
            m_Host.Tick();
            return new JsonObject { { "uuid", UuidOf(made) } };
        }

        private GameObject Find(JsonObject command, string member)
        {
            GameObject found = FindOrNull(command, member);
            if (found == null) throw new ArgumentException("There is no object " + command.OrNull(member));
            return found;
        }

        private GameObject FindOrNull(JsonObject command, string member)
        {
            var wanted = command.OrNull(member) as string;
            if (wanted == null) return null;
            return Participants().FirstOrDefault(target => UuidOf(target) == wanted)
                ?? Participants().FirstOrDefault(target => target.name == wanted);
        }

        private static string UuidOf(GameObject target)
        {
            object id = IdOf(target);
            var uuid = id == null ? null : (string)Get(id, "uuid");
            return string.IsNullOrEmpty(uuid) ? null : uuid;
        }

        private static object IdOf(GameObject target)
        {
            return StandInHost.ScriptOrNull(target, "VibeSync.SyncId");
        }

        private object PackageBridge()
        {
            Type type = m_Host.Package.GetType("VibeSync.Editor.Bridge");
            return type.GetProperty("Current", BindingFlags.Static | BindingFlags.Public).GetValue(null, null);
        }

        private string PassiveJson()
        {
            object bridge = PackageBridge();
            if (bridge == null) return "{}";
            object passive = Get(Get(bridge, "m_Scene"), "Passive");
            return (string)passive.GetType().GetMethod("ToJson").Invoke(passive, null);
        }

        private static object Get(object target, string member)
        {
            const BindingFlags all = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
            PropertyInfo property = target.GetType().GetProperty(member, all);
            return property != null ? property.GetValue(target, null)
                : target.GetType().GetField(member, all).GetValue(target);
        }

        private static object Do(Action action)
        {
            action();
            return null;
        }
    }
}
