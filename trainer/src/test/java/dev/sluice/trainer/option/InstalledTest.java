package dev.sluice.trainer.option;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.trainer.callback.CallbackType;
import java.util.List;
import org.junit.jupiter.api.Test;

class InstalledTest {
    @Test
    void passesOverWhatDoesNotSayItsName() {
        List<CallbackType> found = Installed.beside("callbackType", List.of(), CallbackType.class, type -> {
            throw new IllegalStateException("no name");
        });

        assertThat(found).isEmpty();
        assertThat(Installed.beside("callbackType", List.of(), CallbackType.class, CallbackType::type))
                .hasSize(1);
    }
}
