// Run in a real Unity (Window > General > Test Runner): what the package assumes of the engine and the stand-in cannot
// prove. docs/unity-checklist.md names the behaviours that need a person.
using NUnit.Framework;
using UnityEditor;
using UnityEditor.SceneManagement;
using UnityEngine;
using VibeSync.Core;

namespace VibeSync.Editor.Tests
{
    public sealed class LiveSceneTests
    {
        private LiveScene m_Scene;

        [SetUp]
        public void OpenEmptyScene()
        {
            EditorSceneManager.NewScene(NewSceneSetup.EmptyScene, NewSceneMode.Single);
            m_Scene = new LiveScene();
        }

        [Test]
        public void AnInstantiatedCopyGetsItsOwnIdentity()
        {
            var original = new GameObject("A");
            m_Scene.Identify();
            string uuid = m_Scene.Registry.UuidOrNull(original);
            GameObject copy = Object.Instantiate(original);
            m_Scene.Identify();
            Assert.AreEqual(uuid, m_Scene.Registry.UuidOrNull(original));
            Assert.AreNotEqual(uuid, m_Scene.Registry.UuidOrNull(copy));
        }

        [Test]
        public void UndoneDeletionKeepsTheIdentity()
        {
            var target = new GameObject("A");
            m_Scene.Identify();
            string uuid = m_Scene.Registry.UuidOrNull(target);
            Undo.DestroyObjectImmediate(target);
            m_Scene.Identify();
            Undo.PerformUndo();
            m_Scene.Identify();
            const string why = "Unity keeps the instance id over an undone deletion, or SyncId says who it is.";
            Assert.IsTrue(m_Scene.Exists(uuid), why);
        }

        [Test]
        public void WorkedNumbersOfTheDefaultCamera()
        {
            var fields = new FieldMap
            {
                { "name", "Camera" }, { "type", "camera" },
                { "translation", new[] { 7.358891, 4.958309, 6.925791 } },
                { "rotation", new[] { -0.212063, 0.386895, 0.085801, 0.893297 } },
            };
            string uuid = Uuids.New();
            Assert.IsNull(m_Scene.CreateOrError(uuid, FieldTable.Object, fields));
            Transform camera = m_Scene.Registry.FindOrNull(uuid).transform;
            Assert.Less(Vector3.Distance(camera.forward, new Vector3(0.65483f, -0.44526f, -0.61068f)), 1e-4f);
            Assert.Less(Vector3.Distance(camera.position, new Vector3(-7.358891f, 4.958309f, 6.925791f)), 1e-4f);
        }

        [Test]
        public void WhatWasWrittenIsReadBackWithinTolerance()
        {
            var fields = new FieldMap
            {
                { "name", "Lamp" }, { "type", "light" }, { "light.type", "spot" }, { "light.intensity", 54351.413 },
                { "light.color", new[] { 0.5, 0.25, 1.0 } }, { "light.outer", 0.4 }, { "light.inner", 0.3 },
                { "light.range", 0.0 }, { "visible", false }, { "scale", new[] { -1.0, 2.0, 0.5 } },
            };
            string uuid = Uuids.New();
            Assert.IsNull(m_Scene.CreateOrError(uuid, FieldTable.Object, fields));
            LiveEntity live = m_Scene.ReadOrNull(uuid);
            foreach (string field in fields.Keys)
            {
                Assert.IsTrue(Epsilon.IsSame(field, fields[field], live.Fields[field]), field);
            }
        }
    }
}
