import java.io.File;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.gradle.api.Action;
import org.gradle.api.GradleException;
import org.gradle.api.Project;
import org.gradle.api.Task;
import org.gradle.api.internal.project.ProjectInternal;
import org.gradle.api.tasks.Copy;
import org.gradle.api.tasks.compile.JavaCompile;
import org.gradle.testfixtures.ProjectBuilder;

/**
 * Runs tasks of a project with Gradle 8, whose command line is not published as a library.
 *
 * <p>The project is one folder with a {@code build.gradle}; Gradle itself evaluates it, resolves
 * and publishes. Tasks run one after the other with what they depend on, always, and Java is
 * compiled here: both need services that only a whole build has. Usage: {@code Gradle8 FOLDER NAME
 * USER-HOME TASK…}. Causes of a failure go to standard error, one a line.
 */
public final class Gradle8 {
    private final Set<Task> done = new HashSet<>();

    private Gradle8() {}

    public static void main(String[] words) {
        int status = 0;
        try {
            Project project =
                    ProjectBuilder.builder()
                            .withProjectDir(new File(words[0]))
                            .withName(words[1])
                            .withGradleUserHomeDir(new File(words[2]))
                            .build();
            ((ProjectInternal) project).evaluate();
            Gradle8 gradle = new Gradle8();
            for (String task : List.of(words).subList(3, words.length)) {
                gradle.run(project.getTasks().getByName(task));
            }
        } catch (RuntimeException failure) {
            status = 1;
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                System.err.println(cause);
            }
        }
        // Gradle's threads would keep it running.
        System.exit(status);
    }

    private void run(Task task) {
        if (!done.add(task)) {
            return;
        }
        for (Task other : new TreeSet<>(task.getTaskDependencies().getDependencies(task))) {
            run(other);
        }
        System.out.println("> Task " + task.getPath());
        if (task instanceof JavaCompile) {
            compile((JavaCompile) task);
        } else if (!isEmptyCopy(task)) {
            for (File output : task.getOutputs().getFiles()) {
                output.getParentFile().mkdirs();
            }
            for (Action<? super Task> action : task.getActions()) {
                action.execute(task);
            }
        }
    }

    /** Tells whether it copies nothing, as the resources of a project without any. */
    private static boolean isEmptyCopy(Task task) {
        return task instanceof Copy && ((Copy) task).getSource().isEmpty();
    }

    private static void compile(JavaCompile task) {
        if (task.getSource().isEmpty()) {
            return;
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
        File classes = task.getDestinationDirectory().get().getAsFile();
        classes.mkdirs();
        List<String> options =
                List.of("-d", classes.getPath(), "-cp", task.getClasspath().getAsPath());
        Iterable<? extends javax.tools.JavaFileObject> sources =
                files.getJavaFileObjectsFromFiles(task.getSource().getFiles());
        if (!compiler.getTask(null, files, null, options, null, sources).call()) {
            throw new GradleException("cannot compile " + task.getPath());
        }
    }
}
