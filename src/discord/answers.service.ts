import { Injectable } from '@nestjs/common';
import {
  type ButtonInteraction,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  type ModalSubmitInteraction,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js';
import { GameService } from '../game/index.js';
import { answerText } from './answer-text.js';
import { type CustomId, decodeCustomId, encodeCustomId } from './custom-id.js';
import { Refusal } from './refusal.js';
import { grouped } from './text.js';
import { playerOf } from './visitor.js';

/** The one field of the form in which a name is typed. */
const NAME_FIELD = 'name';
const MAX_TYPED = 100;

type Deferred = ButtonInteraction<'cached'> | ModalSubmitInteraction<'cached'>;

/** What happens when somebody presses a button or sends a form. */
@Injectable()
export class Answers {
  constructor(private readonly game: GameService) {}

  /** @throws Refusal, GameError or LogError, to be told to the player */
  async press(interaction: ButtonInteraction<'cached'>): Promise<void> {
    const id = decodeCustomId(interaction.customId);
    if (id?.kind === 'type') return this.openForm(interaction, id);
    if (id?.kind === 'choice') {
      const { gameId, round, choice } = id;
      return this.answer(interaction, { gameId, round, choice });
    }
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    if (id?.kind !== 'forget') throw new Refusal('This button is none of mine any more.');
    const { games } = await this.game.forgetPlayer(interaction.user.id);
    await interaction.editReply({
      content: `Everything about you is removed. Finished games that no longer name you: ${grouped(games)}.`,
      components: [],
    });
  }

  /** @throws Refusal, GameError or LogError, to be told to the player */
  async submit(interaction: ModalSubmitInteraction<'cached'>): Promise<void> {
    const id = decodeCustomId(interaction.customId);
    if (id?.kind !== 'type') {
      await interaction.deferReply({ flags: MessageFlags.Ephemeral });
      throw new Refusal('This form is none of mine any more.');
    }
    const { gameId, round } = id;
    await this.answer(interaction, { gameId, round, text: interaction.fields.getTextInputValue(NAME_FIELD) });
  }

  /** The answer is on its way before Discord is told to wait, so that the network takes no points. */
  private async answer(
    interaction: Deferred,
    answer: { gameId: string; round: number } & ({ choice: number } | { text: string }),
  ): Promise<void> {
    const answered = this.game.answer(interaction.channelId ?? '', { ...playerOf(interaction), ...answer });
    const [deferred, outcome] = await Promise.allSettled([
      interaction.deferReply({ flags: MessageFlags.Ephemeral }),
      answered,
    ]);
    if (deferred.status === 'rejected') throw deferred.reason;
    if (outcome.status === 'rejected') throw outcome.reason;
    await interaction.editReply({ content: answerText(outcome.value) });
  }

  /** A form must be the first answer to a button, so whether there is still time is asked before, in memory. */
  private async openForm(
    interaction: ButtonInteraction<'cached'>,
    id: Extract<CustomId, { kind: 'type' }>,
  ): Promise<void> {
    const view = this.game.view(interaction.channelId);
    if (view?.gameId !== id.gameId || view.round !== id.round || view.phase !== 'round') {
      await interaction.reply({ content: answerText({ status: 'too-late' }), flags: MessageFlags.Ephemeral });
      return;
    }
    const field = new TextInputBuilder()
      .setCustomId(NAME_FIELD)
      .setStyle(TextInputStyle.Short)
      .setMaxLength(MAX_TYPED)
      .setRequired(true);
    const form = new ModalBuilder()
      .setCustomId(encodeCustomId(id))
      .setTitle(`Round ${id.round}`)
      .addLabelComponents(new LabelBuilder().setLabel('Who made this piece?').setTextInputComponent(field));
    await interaction.showModal(form);
  }
}
